namespace Chat.Grains.Local.Tests;

internal static class TestExtensions
{
    /// <summary>Opens the gate and awaits the call: whatever was in the mailbox before it has ended then.</summary>
    public static Task ContinueWhenOpened(this Task call, GrainTestHost host, string gate)
    {
        host.Probe.Gate(gate).TrySetResult();
        return call.Within($"the call at gate {gate}");
    }
}
