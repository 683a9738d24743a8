using Chat.Client;
using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promise 9, floods: limits per user. On a server with small ones.</summary>
[Collection(nameof(Alone))]
public sealed class FloodTests(ITestOutputHelper output) : SystemTest(
    output,
    ("Chat__RateLimits__Send__PerSecond", "20"),
    ("Chat__RateLimits__Send__Burst", "40"),
    ("Chat__RateLimits__Call__PerSecond", "50"),
    ("Chat__RateLimits__Call__Burst", "100"),
    ("Chat__RateLimits__FailedUser__PerSecond", "0.01"),
    ("Chat__RateLimits__FailedUser__Burst", "5"))
{
    [Fact]
    public async Task Flood_of_one_user_is_limited_with_the_time_to_wait_and_the_others_are_not()
    {
        var (hostile, calm) = (await NewUserAsync("hostile"), await NewUserAsync("calm"));
        var room = await NewRoomAsync(RoomKind.Private, hostile, calm);
        await using var device = await hostile.OpenAsync();

        var refused = new List<string>();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            try
            {
                await device.Connection.SendAsync(room, hostile.Message($"m{i}"));
            }
            catch (HubCallException ex)
            {
                lock (refused)
                {
                    refused.Add(ex.Code);
                }
            }
        }));

        refused.Count.ShouldBeInRange(1, 260, "300 sends at once exceed a burst of 40, which is allowed");
        refused.Distinct().ShouldBe(["rate.limited"]);
        var rest = await Should.ThrowAsync<ChatApiException>(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                await hostile.Api.SendAsync(room, hostile.Message("more"));
            }
        });
        (rest.Status, rest.Code).ShouldBe((429, "rate.limited"));
        rest.RetryAfter.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        (await calm.SayAsync(room, "others are not limited")).Seq.ShouldBeGreaterThan(0);
        (await device.Connection.PingAsync()).Year.ShouldBeGreaterThan(2000, "the connection of the limited user lives");
        var log = await calm.LogAsync(room);
        log.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, log.Count).Select(i => (long)i));
    }

    [Fact]
    public async Task Guessing_a_password_is_limited_and_the_owner_signed_in_goes_on()
    {
        var user = await NewUserAsync("guessed");
        for (var guess = 0; guess < 5; guess++)
        {
            (await Should.ThrowAsync<ChatApiException>(Api.LoginAsync(new(user.Name, "wrong password")))).Code.ShouldBe("auth.invalid");
        }

        var limited = await Should.ThrowAsync<ChatApiException>(Api.LoginAsync(new(user.Name, "wrong password")));

        (limited.Status, limited.Code).ShouldBe((429, "rate.limited"));
        limited.RetryAfter.ShouldNotBeNull();
        (await Api.RefreshAsync(user.RefreshToken)).User.UserId.ShouldBe(user.Id);
    }
}
