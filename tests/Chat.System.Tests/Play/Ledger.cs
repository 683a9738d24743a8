using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>Holds what senders were told against what a room's log says.</summary>
internal static class Ledger
{
    /// <summary>
    /// Reads the whole log as <paramref name="reader"/> and checks: gapless from 1; every acknowledged message in it exactly once, with the
    /// seq, id, time and text that were acknowledged; nothing in it that nobody sent; each sender's acknowledgements in the order of the log,
    /// unless calls of theirs were refused one by one and sent again after later ones (<paramref name="inOrder"/> false).
    /// </summary>
    /// <returns>The log.</returns>
    public static async Task<List<RoomEvent>> CheckAsync(TestUser reader, RoomId room, IEnumerable<SendStorm> senders, string context, bool inOrder = true)
    {
        var log = await reader.LogAsync(room);
        log.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, log.Count).Select(i => (long)i), $"the log has no gap; {context}");
        var messages = log.Where(e => e.Kind is EventKind.Message).ToList();
        messages.Select(e => (e.By, e.Message!.ClientId)).Distinct().Count().ShouldBe(messages.Count, $"each clientId is there once; {context}");
        messages.Select(e => e.Message!.Id).Distinct().Count().ShouldBe(messages.Count, $"each message id is there once; {context}");
        for (var i = 1; i < log.Count; i++)
        {
            log[i].At.ShouldBeGreaterThanOrEqualTo(log[i - 1].At, $"times never go back (seq {log[i].Seq}); {context}");
        }

        var known = 0;
        foreach (var sender in senders)
        {
            var acked = sender.Acked.Values.Where(a => a.Ack.RoomId == room).OrderBy(a => a.Order).ToList();
            foreach (var (message, ack, _) in acked)
            {
                var where = $"acknowledged as {ack} by {sender.User.Name}; {context}";
                ack.Seq.ShouldBeInRange(1, log.Count, where);
                var entry = log[(int)ack.Seq - 1];
                entry.Kind.ShouldBe(EventKind.Message, where);
                (entry.By, entry.At, entry.Message!.Id, entry.Message.ClientId, entry.Message.Text)
                    .ShouldBe((sender.User.Id, ack.At, ack.MessageId, message.ClientId, message.Text), where);
            }

            if (inOrder)
            {
                acked.Select(a => a.Ack.Seq).ShouldBeInOrder(SortDirection.Ascending);
            }

            known += acked.Count;
        }

        known.ShouldBe(messages.Count, $"every message in the log was sent and in the end acknowledged; {context}");
        return log;
    }
}
