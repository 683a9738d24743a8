using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;

namespace Chat.Grains.Local;

/// <summary>A grain class and its mailboxes by key.</summary>
internal sealed class GrainClass
{
    public GrainClass(Type type)
    {
        Type = type;
        Name = type.Name;
        Tag = new("grain", type.Name);
        Reentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        Factory = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
    }

    public Type Type { get; }

    public string Name { get; }

    /// <summary>The class as metrics tag it; never the key.</summary>
    public KeyValuePair<string, object?> Tag { get; }

    public bool Reentrant { get; }

    public ObjectFactory Factory { get; }

    public ConcurrentDictionary<string, Mailbox> Mailboxes { get; } = new(StringComparer.Ordinal);

    public static bool IsGrainClass(Type type) => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false }
        && type.IsSubclassOf(typeof(Grain)) && InterfacesOf(type).Any();

    public static IEnumerable<Type> InterfacesOf(Type type) => type.GetInterfaces().Where(static i => typeof(IGrain).IsAssignableFrom(i)
        && i != typeof(IGrain) && i != typeof(IGrainWithStringKey) && i != typeof(IGrainWithIntegerKey));

    /// <summary>The generated proxies of an assembly by interface.</summary>
    public static IEnumerable<GrainProxyAttribute> ProxiesOf(Assembly assembly) => assembly.GetCustomAttributes<GrainProxyAttribute>();
}
