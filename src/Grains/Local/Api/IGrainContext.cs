namespace Orleans.Runtime;

/// <summary>An activation as its grain and the host see it.</summary>
public interface IGrainContext
{
    /// <summary>The grain, or null while it is being constructed.</summary>
    object? GrainInstance { get; }

    /// <summary>The activation's own service scope; it ends with the activation.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>
    /// Ends the activation once the calls that run now are done. Calls that wait, and later ones, go to a fresh activation.
    /// Safe for any thread; asking again changes nothing.
    /// </summary>
    /// <param name="deactivationReason">Passed to the grain.</param>
    /// <param name="cancellationToken">Cancelled when the grain should end its work promptly.</param>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}
