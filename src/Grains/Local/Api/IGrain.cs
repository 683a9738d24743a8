using Orleans.Runtime;

namespace Orleans;

/// <summary>Base of all grain interfaces.</summary>
public interface IGrain : IAddressable;

/// <summary>A grain whose key is a string.</summary>
public interface IGrainWithStringKey : IGrain;

/// <summary>A grain whose key is a 64-bit integer.</summary>
public interface IGrainWithIntegerKey : IGrain;

/// <summary>
/// Gives references to grains. A reference is cheap, never fails and says nothing about whether the grain is active: the first call
/// activates it. Interfaces of one grain class reach the same activation for the same key. Safe for any thread.
/// </summary>
public interface IGrainFactory
{
    /// <summary>The grain with this string key.</summary>
    /// <param name="primaryKey">The key.</param>
    /// <param name="grainClassNamePrefix">When given, only classes whose full name begins with it are looked at.</param>
    /// <exception cref="ArgumentException">Not exactly one registered grain class has this interface.</exception>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey;

    /// <summary>The grain with this integer key.</summary>
    /// <param name="primaryKey">The key.</param>
    /// <param name="grainClassNamePrefix">When given, only classes whose full name begins with it are looked at.</param>
    /// <exception cref="ArgumentException">Not exactly one registered grain class has this interface.</exception>
    TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey;
}
