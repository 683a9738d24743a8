using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing;

/// <summary>What <see cref="IUserStore"/> promises.</summary>
public abstract class UserStoreSpecification : StoreSpecification
{
    [Fact]
    public async Task A_user_comes_back_as_it_was_made()
    {
        var user = User() with { Avatar = "7301", Status = "", IsAdmin = true, Disabled = true };

        (await Store.Users.CreateAsync(user)).ShouldBeTrue();

        (await Store.Users.GetAsync([user.Id, NewUser(), user.Id])).ShouldBe([user]);
        (await Store.Users.FindByNameAsync([user.Username, "nobody", user.Username])).ShouldBe([user]);
        (await Store.Users.GetAsync([])).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_user_name_is_given_once()
    {
        var first = User();
        var second = User(first.Username);
        await Store.Users.CreateAsync(first);

        (await Store.Users.CreateAsync(second)).ShouldBeFalse();

        (await Store.Users.GetAsync([second.Id])).ShouldBeEmpty();
        (await Store.Users.FindByNameAsync([first.Username])).Single().Id.ShouldBe(first.Id);
        (await Store.Users.SearchAsync(first.DisplayName, "", 10)).ShouldBe([first]);
    }

    [Fact]
    public async Task Of_many_who_want_one_name_one_gets_it()
    {
        var name = User().Username;

        var created = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Store.Users.CreateAsync(User(name)))));

        created.Count(c => c).ShouldBe(1);
    }

    [Fact]
    public async Task A_profile_is_replaced_and_found_by_its_new_words_only()
    {
        var user = User();
        var (before, after) = ($"before{user.Id}", $"after{user.Id}");
        await Store.Users.CreateAsync(user with { DisplayName = before });

        await Store.Users.UpdateProfileAsync(new Profile(user.Id, "ignored", $"Ms {after}", "7", "busy"));

        (await Store.Users.GetAsync([user.Id])).ShouldBe([user with { DisplayName = $"Ms {after}", Avatar = "7", Status = "busy" }]);
        (await Store.Users.SearchAsync(before, "", 10)).ShouldBeEmpty();
        (await Store.Users.SearchAsync(after, "", 10)).ShouldHaveSingleItem();
        (await Store.Users.SearchAsync(user.Username, "", 10)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_password_hash_is_replaced()
    {
        var user = User();
        await Store.Users.CreateAsync(user);

        await Store.Users.UpdatePasswordAsync(user.Id, "other");

        (await Store.Users.GetAsync([user.Id])).Single().PasswordHash.ShouldBe("other");
    }

    [Fact]
    public async Task Changing_a_user_that_is_not_there_makes_none()
    {
        var user = NewUser();

        await Store.Users.UpdateProfileAsync(new Profile(user, "x", "x"));
        await Store.Users.UpdatePasswordAsync(user, "x");

        (await Store.Users.GetAsync([user])).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{0}", true)]
    [InlineData("ANNA{0}", true)]
    [InlineData("maría{0}", true)]
    [InlineData("MARÍA{0} d", true)]
    [InlineData("neil{0}", true)]
    [InlineData("김민수{0}", true)]
    [InlineData("田中{0}", true)]
    [InlineData("naria{0}", false)]
    [InlineData("anna{0}%", false)]
    [InlineData("_nna{0}", false)]
    public async Task Users_are_found_by_the_beginning_of_any_word(string prefix, bool found)
    {
        var mark = $"{NextId()}";
        var user = User($"{mark}.x");
        await Store.Users.CreateAsync(user with { DisplayName = $"Anna{mark} (María{mark}) d'O'Neil{mark} 김민수{mark} 田中{mark}太郎" });
        prefix = prefix.Replace("{0}", mark, StringComparison.Ordinal);
        prefix = prefix.EndsWith(" d", StringComparison.Ordinal) ? prefix.Replace(" d", ") d'o", StringComparison.Ordinal) : prefix;

        (await Store.Users.SearchAsync(prefix, "", 10)).Any(u => u.Id == user.Id).ShouldBe(found);
    }

    [Fact]
    public async Task Found_users_come_by_user_name_page_by_page_each_once()
    {
        var mark = $"w{NextId()}";
        var users = Enumerable.Range(0, 7).Select(i => User($"{mark}.{i}") with { DisplayName = $"{mark} {mark}" }).ToList();
        foreach (var user in users.OrderBy(u => u.Id.Value % 3))
        {
            await Store.Users.CreateAsync(user);
        }

        var first = await Store.Users.SearchAsync(mark.ToUpperInvariant(), "", 3);
        var second = await Store.Users.SearchAsync(mark, first[^1].Username, 3);
        var third = await Store.Users.SearchAsync(mark, second[^1].Username, 3);

        first.Concat(second).Concat(third).ShouldBe(users);
        (await Store.Users.SearchAsync("", first[0].Username, 2)).ShouldBe(users[1..3]);
    }

    private static UserRecord User(string? username = null)
    {
        username ??= $"user.{NextId()}";
        var id = NewUser(username);
        return new UserRecord { Id = id, Username = username, DisplayName = $"User{id}", PasswordHash = "hash", CreatedAt = Start };
    }
}
