using Chat.Storage.Sqlite;

namespace Chat.Storage.Tests;

/// <summary>Keeps the writer busy with one job until released, so that what is written meanwhile has to wait together.</summary>
internal sealed class HeldWriter : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ManualResetEventSlim _release = new();
    private readonly Task _job;

    private HeldWriter(SqliteDatabase database)
    {
        using var reached = new ManualResetEventSlim();
        _job = database.WriteAsync(
            _ =>
            {
                reached.Set();
                return _release.Wait(Patience);
            },
            CancellationToken.None);
        reached.Wait(Patience).ShouldBeTrue("The writer did not begin the job that holds it.");
    }

    public static HeldWriter Hold(SqliteDatabase database) => new(database);

    public Task ReleaseAsync()
    {
        _release.Set();
        return _job;
    }

    public void Dispose() => _release.Set();
}
