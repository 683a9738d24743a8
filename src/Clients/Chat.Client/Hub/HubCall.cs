using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Chat.Client;

/// <summary>A call that waits for its completion.</summary>
internal abstract class HubCall
{
    /// <summary>Answers the caller; an answer of another form is a failed call.</summary>
    public abstract void Complete(ReadOnlySpan<byte> result);

    public abstract void Fail(Exception exception);
}

/// <inheritdoc />
internal sealed class HubCall<T>(JsonTypeInfo<T>? type) : HubCall
{
    // Callers go on elsewhere: the reading loop must not run their code.
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _source.Task;

    public void CancelWith(Action forget, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister((_, token) =>
        {
            forget();
            _source.TrySetCanceled(token);
        }, null);
        _ = Task.ContinueWith(
            static (_, r) => ((CancellationTokenRegistration)r!).Dispose(),
            registration,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public override void Complete(ReadOnlySpan<byte> result)
    {
        try
        {
            _source.TrySetResult(type is null || result.IsEmpty ? default! : JsonSerializer.Deserialize(result, type)!);
        }
        catch (JsonException ex)
        {
            _source.TrySetException(ex);
        }
    }

    public override void Fail(Exception exception) => _source.TrySetException(exception);
}
