using System.Diagnostics.CodeAnalysis;
using Chat.Contracts;
using Orleans;

namespace Chat.Abstractions;

/// <summary>What a call gave: a value, or the refusal that explains why there is none. Faults are exceptions, never refusals.</summary>
/// <typeparam name="T">The value.</typeparam>
[GenerateSerializer, Immutable, Alias("chat.Result`1")]
public readonly struct Result<T>
{
    /// <summary>A success.</summary>
    public Result(T value)
    {
        Value = value;
    }

    /// <summary>A refusal.</summary>
    public Result(Refusal refusal)
    {
        Refusal = refusal;
    }

    /// <summary>The value; meaningful when <see cref="IsOk"/>.</summary>
    [Id(0)]
    public T? Value { get; }

    /// <summary>Why there is no value; null on success.</summary>
    [Id(1)]
    public Refusal? Refusal { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Refusal))]
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsOk => Refusal is null;

    /// <summary>A success.</summary>
    public static implicit operator Result<T>(T value) => new(value);

    /// <summary>A refusal.</summary>
    public static implicit operator Result<T>(Refusal refusal) => new(refusal);

    /// <summary>A refusal that the code's title explains well enough.</summary>
    public static implicit operator Result<T>(ErrorCode code) => new(code.ToRefusal());
}
