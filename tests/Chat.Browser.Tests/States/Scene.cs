using Chat.Client;
using Chat.Contracts;

namespace Chat.BrowserTests.States;

/// <summary>A few people and what they have said to one another, as Ann sees it.</summary>
/// <param name="Ann">Who looks.</param>
/// <param name="Bob">Who also talks to Ann alone.</param>
/// <param name="Mina">Who writes Korean.</param>
/// <param name="Harbour">The room where most was said.</param>
/// <param name="Seqs">The messages of that room, in their order.</param>
internal sealed record Scene(Person Ann, Person Bob, Person Mina, RoomId Harbour, IReadOnlyList<long> Seqs)
{
    /// <summary>Makes it on a server, with these user names.</summary>
    public static async Task<Scene> MakeAsync(Stage stage, string annName, string bobName, string minaName, string room)
    {
        var people = await Task.WhenAll(
            stage.RegisterAsync(annName, "Ann Carter"), stage.RegisterAsync(bobName, "Bob Meyer"), stage.RegisterAsync(minaName, "김민아"));
        var (ann, bob, mina) = (people[0], people[1], people[2]);
        await bob.Api.UpdateMeAsync(new(Status: "At the quay until six"));
        var harbour = await RoomAsync(ann, RoomKind.Public, room, "Ships, tides and who brings the coffee", bob, mina);
        var kitchen = await RoomAsync(bob, RoomKind.Private, "Kitchen", null, ann, mina);
        var direct = await RoomAsync(bob, RoomKind.Direct, null, null, ann);
        await RoomAsync(mina, RoomKind.Public, $"{room} 사진", "배와 바다 사진", bob);
        await RoomAsync(bob, RoomKind.Public, $"{room} weather", "Wind, waves and what the sky says", mina);

        var seqs = new List<long>();
        foreach (var (by, text, replyTo) in new (Person, string, int?)[]
        {
            (bob, "Good morning! The ferry is late again.", null),
            (bob, "They say **half an hour**, so rather an hour.", null),
            (mina, "안녕하세요! 그럼 아침 먼저 먹을까요? 🥐", null),
            (ann, "Good idea. I know a place:\n- fresh bread from *six* on\n- coffee that deserves the name\n- see https://example.org/breakfast", null),
            (bob, "The coffee is what counts.", 3),
            (mina, $"@{annName} 몇 시에 만날까요?", null),
            (ann, "Half past seven at the blue boat. The timetable, for those who need it:\n```\n07:30  breakfast\n08:45  ferry (perhaps)\n```", null),
            (mina, "좋아요, 그때 봐요!", 6),
        })
        {
            var reply = replyTo is { } index ? seqs[index] : (long?)null;
            seqs.Add((await by.Api.SendAsync(harbour, new($"s{seqs.Count}", text, ReplyTo: reply))).Seq);
        }

        await bob.Api.ReactAsync(harbour, seqs[3], "👍", on: true);
        await mina.Api.ReactAsync(harbour, seqs[3], "👍", on: true);
        await mina.Api.ReactAsync(harbour, seqs[3], "🥐", on: true);
        await ann.Api.ReactAsync(harbour, seqs[0], "😢", on: true);
        await ann.Api.PinAsync(harbour, seqs[6], on: true);
        foreach (var (by, text) in new[] { (mina, "빵은 제가 살게요."), (bob, "Then the coffee is on me."), (ann, "I like this thread.") })
        {
            await by.Api.SendAsync(harbour, new($"t{text.Length}", text, Thread: seqs[3]));
        }

        var newest = (await ann.Api.MessagesAsync(harbour, MessageRange.Newest, 1)).LastSeq;
        await Task.WhenAll(new[] { ann, bob, mina }.Select(reader => reader.Api.MarkReadAsync(harbour, newest)));
        await bob.Api.SendAsync(kitchen, new("k1", "Who has taken the big pot?"));
        await mina.Api.SendAsync(kitchen, new("k2", $"@{annName} 혹시 알아요?"));
        await bob.Api.SendAsync(direct, new("d1", "Shall I keep a seat for you?"));
        return new Scene(ann, bob, mina, harbour, seqs);
    }

    private static async Task<RoomId> RoomAsync(Person owner, RoomKind kind, string? name, string? topic, params Person[] others) =>
        (await owner.Api.CreateRoomAsync(new(kind, name, topic, [.. others.Select(o => o.Id)]))).RoomId;
}
