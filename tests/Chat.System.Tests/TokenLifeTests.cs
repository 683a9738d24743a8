using Chat.Client;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>Promise 9, time: access tokens that expire. On a server where they live for seconds.</summary>
[Collection(nameof(Alone))]
public sealed class TokenLifeTests(ITestOutputHelper output) : SystemTest(output, ("Chat__Auth__AccessToken", "00:00:02"))
{
    [Fact]
    public async Task Expired_access_token_is_refused_and_the_refreshed_one_taken()
    {
        var user = await NewUserAsync("passing");
        await Wait.Until(
            async () =>
            {
                try
                {
                    await user.Api.MeAsync();
                    return false;
                }
                catch (ChatApiException ex) when (ex.Code == "auth.invalid")
                {
                    return true;
                }
            },
            () => "end of the access token's life");

        (await Should.ThrowAsync<HubConnectionException>(user.OpenAsync())).Status.ShouldBe(401);
        var next = await Api.RefreshAsync(user.RefreshToken);
        (await Api.With(next.AccessToken).MeAsync()).UserId.ShouldBe(user.Id);
    }
}
