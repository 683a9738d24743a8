namespace Orleans;

/// <summary>Why an activation ends; for information only.</summary>
public readonly struct DeactivationReason
{
    /// <summary>A reason without an exception.</summary>
    public DeactivationReason(DeactivationReasonCode code, string text)
        : this(code, null, text)
    {
    }

    /// <summary>A reason with the exception that led to it.</summary>
    public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        ReasonCode = code;
        Exception = exception;
        Description = text;
    }

    /// <summary>The reason in words.</summary>
    public string Description { get; }

    /// <summary>The reason's kind.</summary>
    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>What led to it, if it was a fault.</summary>
    public Exception? Exception { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description}. Exception: {Exception}";
}

/// <summary>Kinds of <see cref="DeactivationReason"/>, numbered as in Orleans. The local host gives those that say so.</summary>
public enum DeactivationReasonCode : byte
{
    /// <summary>None was given.</summary>
    None,

    /// <summary>The process stops. Given by the local host.</summary>
    ShuttingDown,

    /// <summary>Activating the grain failed.</summary>
    ActivationFailed,

    /// <summary>The host failed.</summary>
    InternalFailure,

    /// <summary>Nobody called for the collection age. Given by the local host.</summary>
    ActivationIdle,

    /// <summary>The activation does not answer.</summary>
    ActivationUnresponsive,

    /// <summary>The grain has another activation.</summary>
    DuplicateActivation,

    /// <summary>A request came that this process cannot serve.</summary>
    IncompatibleRequest,

    /// <summary>The application failed.</summary>
    ApplicationError,

    /// <summary>The grain asked for it. Given by the local host.</summary>
    ApplicationRequested,

    /// <summary>The activation moves elsewhere.</summary>
    Migrating,
}
