using System.Text.Json.Serialization.Metadata;
using Chat.Contracts;

namespace Chat.Client;

/// <summary>The contract's JSON form of one type, looked up once.</summary>
internal static class Json<T>
{
    public static readonly JsonTypeInfo<T> Info = (JsonTypeInfo<T>)ChatJson.Options.GetTypeInfo(typeof(T));
}
