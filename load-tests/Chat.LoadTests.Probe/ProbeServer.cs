using System.Net.Sockets;
using System.Text.Json;

namespace Chat.LoadTests.Probe;

/// <summary>
/// Answers on a Unix socket, one JSON line for each byte received: 's' the state as it is, 'g' the state after a full blocking collection.
/// Runs on a thread of its own and sleeps in the kernel between questions.
/// </summary>
internal sealed class ProbeServer(string path)
{
    public const string PathVariable = "CHAT_PROBE_SOCKET";

    private readonly MeterSums _meters = new();

    public void Start() => new Thread(Serve) { IsBackground = true, Name = "load-test probe" }.Start();

    private void Serve()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var question = new byte[1];
        while (true)
        {
            try
            {
                using var client = listener.Accept();
                while (client.Receive(question) == 1)
                {
                    client.Send([.. State(collect: question[0] == (byte)'g'), (byte)'\n']);
                }
            }
            catch (SocketException)
            {
                // The load test went away; another may come.
            }
        }
    }

    private byte[] State(bool collect)
    {
        if (collect)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        }

        var memory = GC.GetGCMemoryInfo(collect ? GCKind.FullBlocking : GCKind.Any);
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, double>(_meters.Read(), StringComparer.Ordinal)
        {
            ["gc.allocated"] = GC.GetTotalAllocatedBytes(precise: false),
            ["gc.heap"] = GC.GetTotalMemory(forceFullCollection: false),
            ["gc.committed"] = memory.TotalCommittedBytes,
            ["gc.pinned"] = memory.PinnedObjectsCount,
            ["gc.loh"] = memory.GenerationInfo.Length > 3 ? memory.GenerationInfo[3].SizeAfterBytes : 0,
            ["gc.poh"] = memory.GenerationInfo.Length > 4 ? memory.GenerationInfo[4].SizeAfterBytes : 0,
            ["gc.gen0"] = GC.CollectionCount(0),
            ["gc.gen1"] = GC.CollectionCount(1),
            ["gc.gen2"] = GC.CollectionCount(2),
            ["gc.pause"] = GC.GetTotalPauseDuration().TotalSeconds,
            ["gc.server"] = System.Runtime.GCSettings.IsServerGC ? 1 : 0,
            ["threads"] = ThreadPool.ThreadCount,
            ["locks.contended"] = Monitor.LockContentionCount,
            ["pool.completed"] = ThreadPool.CompletedWorkItemCount,
        });
    }
}
