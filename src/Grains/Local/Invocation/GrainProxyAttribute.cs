using System.ComponentModel;
using Orleans.Runtime;

namespace Chat.Grains.Local;

/// <summary>Written by the generator: says which class of this assembly is the proxy of a grain interface.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public abstract class GrainProxyAttribute : Attribute
{
    private protected GrainProxyAttribute()
    {
    }

    internal abstract Type Interface { get; }

    internal abstract GrainReference Create();
}

/// <inheritdoc/>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class GrainProxyAttribute<TInterface, TProxy> : GrainProxyAttribute
    where TProxy : GrainReference, TInterface, new()
{
    internal override Type Interface => typeof(TInterface);

    internal override GrainReference Create() => new TProxy();
}
