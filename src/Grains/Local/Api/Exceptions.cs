namespace Orleans.Runtime;

/// <summary>Base of what the grain host itself reports, as opposed to what grains throw.</summary>
public class OrleansException : Exception
{
    /// <summary>With a general text.</summary>
    public OrleansException() : base("Unexpected error.")
    {
    }

    /// <summary>With this text.</summary>
    public OrleansException(string message) : base(message)
    {
    }

    /// <summary>With this text and cause.</summary>
    public OrleansException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The grain has too many calls waiting. Nothing was done; the same call may succeed later.</summary>
public sealed class LimitExceededException : OrleansException
{
    /// <summary>With a general text.</summary>
    public LimitExceededException() : base("Limit exceeded")
    {
    }

    /// <summary>With this text.</summary>
    public LimitExceededException(string message) : base(message)
    {
    }

    /// <summary>With this text and cause.</summary>
    public LimitExceededException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>The host stops or has stopped. Its text says whether the call was begun; if it was, its outcome is unknown.</summary>
public class SiloUnavailableException : OrleansException
{
    /// <summary>With a general text.</summary>
    public SiloUnavailableException() : base("The grain host has stopped.")
    {
    }

    /// <summary>With this text.</summary>
    public SiloUnavailableException(string message) : base(message)
    {
    }

    /// <summary>With this text and cause.</summary>
    public SiloUnavailableException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
