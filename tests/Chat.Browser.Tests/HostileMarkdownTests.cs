namespace Chat.BrowserTests;

/// <summary>Messages that try to become something else than text and http links, through every construct of the Markdown subset.</summary>
public sealed class HostileMarkdownTests(Stage stage, ITestOutputHelper output) : BrowserTest(stage, output)
{
    private const string Image = "<img src=x onerror=hacked=1>";

    /// <summary>Shown as they are, letter for letter.</summary>
    private static readonly string[] Literal =
    [
        Image,
        "<script>hacked=1</script>",
        "<svg/onload=hacked=1>",
        "<iframe srcdoc=\"<script>parent.hacked=1</script>\"></iframe>",
        "<a href=\"javascript:hacked=1\" target=x>click</a>",
        "<style>body{display:none}</style>",
        "&lt;img src=x onerror=hacked=1&gt; &#60;script&#62;",
        "{{hacked=1}} ${hacked=1} <%= hacked=1 %>",
        "\"><script>hacked=1</script>",
        "'-hacked=1-'",
        "</span></p></div><form action=//example.org><input name=password>",
        "<base href=//example.org/>",
        "<math><mi//xlink:href=\"data:x,<script>hacked=1</script>\">",
    ];

    /// <summary>Drawn by the Markdown subset, or not; never with more than it has.</summary>
    private static readonly string[] Marked =
    [
        "[click](javascript:hacked=1)",
        "[click](JaVaScRiPt:hacked=1)",
        "[click](java\tscript:hacked=1)",
        "[click](\u0001javascript:hacked=1)",
        "[click](data:text/html,<script>hacked=1</script>)",
        "[click](vbscript:hacked=1)",
        "[click](file:///etc/passwd)",
        "[click](//example.org/x)",
        "[click](https://example.org/\"onmouseover=\"hacked=1)",
        "[click](https://example.org \"title\" onmouseover=hacked=1)",
        "[click](<javascript:hacked=1>)",
        $"[{Image}](https://example.org)",
        "![picture](https://example.org/x.png)",
        "![x](javascript:hacked=1)",
        "<javascript:hacked=1>",
        "<https://example.org/?q=<script>hacked=1</script>>",
        "https://example.org/'onmouseover='hacked=1",
        "https://example.org/<script>hacked=1</script>",
        "javascript:hacked=1 data:text/html,x",
        $"**{Image}** *{Image}* ~~{Image}~~",
        $"`{Image}`",
        $"```html\n{Image}\n<script>hacked=1</script>\n```",
        $"```{Image}\ncode\n```",
        $"> {Image}\n> > {Image}",
        $"- {Image}\n  1. {Image}",
        "[a][b]\n\n[b]: javascript:hacked=1",
        "[https://example.org](https://evil.example/)",
        $"@{Image} @everyone<script>",
        "[](javascript:hacked=1)[ ](https://example.org)",
        "<!-- --><![CDATA[<script>hacked=1</script>]]>",
    ];

    [Fact]
    public Task Nothing_that_was_written_runs_loads_or_leads_elsewhere_than_it_says() => PlayAsync(async () =>
    {
        var (ann, bob, room) = await TwoInARoomAsync();
        var sent = 0;
        foreach (var text in Literal.Concat(Marked))
        {
            await bob.Person.Api.SendAsync(room, new($"h{sent++}", text));
        }

        await Expect(ann["message-text"]).ToHaveCountAsync(sent);
        (await ann["message-text"].AllTextContentsAsync()).Take(Literal.Length).ShouldBe(Literal);
        await ann["message-text"].EvaluateAllAsync<int>(
            """
            all => {
              const elements = all.flatMap(m => [...m.querySelectorAll("*")]);
              for (const e of elements) {
                for (const type of ["mouseover", "mouseenter", "focus", "error", "load"]) e.dispatchEvent(new Event(type, { bubbles: true }));
              }
              return elements.length;
            }
            """);
        (await StrayAsync(ann)).ShouldBeEmpty("what stands in messages");
        (await ann.Page.EvaluateAsync<string>("() => typeof hacked")).ShouldBe("undefined");
        await ann.Page.ReloadAsync();
        await Expect(ann["message-text"]).ToHaveCountAsync(sent);
        (await StrayAsync(ann)).ShouldBeEmpty("what stands in messages after a reload");
        (await ann.Page.EvaluateAsync<string>("() => typeof hacked")).ShouldBe("undefined");
        await ann.FitsItsWidthAsync("a room with hostile messages");
    });

    [Fact]
    public Task Addresses_that_nobody_gave_out_show_no_room_and_run_nothing() => PlayAsync(async () =>
    {
        var tab = await ArriveAsync(await RegisterAsync("ann", "Ann"));
        foreach (var hash in new[]
        {
            "#/rooms/<img src=x onerror=hacked=1>", "#/rooms/1", "#/rooms/99999999999999999999999", "#/rooms/-1", "#javascript:hacked=1", "#/rooms/%",
            "#/rooms/1/thread/<svg onload=hacked=1>", "#/rooms/1/thread/9999999999999999999", "#/rooms/__proto__", "#/%00%ff", "#<script>hacked=1</script>",
        })
        {
            await tab.Page.EvaluateAsync("hash => { location.hash = hash; }", hash);
            await Expect(tab.Page.GetByText("You are not in this room.").Or(tab.Page.GetByText("Choose a room"))).ToBeVisibleAsync();
            await tab.Page.ReloadAsync();
            await tab.OnlineAsync();
            await Expect(tab.Page.GetByText("You are not in this room.").Or(tab.Page.GetByText("Choose a room"))).ToBeVisibleAsync();
        }

        (await tab.Page.EvaluateAsync<string>("() => typeof hacked")).ShouldBe("undefined");
    });

    /// <summary>Elements and attributes in messages that are not of the Markdown subset, links that are no http links or do not open apart.</summary>
    private static Task<string[]> StrayAsync(Tab tab) => tab["message-text"].EvaluateAllAsync<string[]>(
        """
        all => {
          const tags = new Set("SPAN P DIV STRONG EM DEL S CODE PRE A BLOCKQUOTE UL OL LI BR BUTTON SMALL".split(" "));
          const attributes = /^(class|href|rel|target|title|dir|lang|tabindex|start|value|type|role|aria-[a-z]+|data-[a-z-]+)$/;
          return all.flatMap(message => [message, ...message.querySelectorAll("*")].flatMap(e => {
            const wrong = [];
            if (!tags.has(e.tagName)) wrong.push(`element ${e.tagName}`);
            wrong.push(...[...e.attributes].filter(a => !attributes.test(a.name)).map(a => `attribute ${a.name}=${a.value}`));
            if (e.tagName === "A") {
              const own = e.getAttribute("href").startsWith("#/");
              if (!own && !/^https?:$/.test(e.protocol)) wrong.push(`link to ${e.href}`);
              if (!own && (e.target !== "_blank" || !["noopener", "noreferrer"].every(r => e.relList.contains(r)))) wrong.push(`link with rel ${e.rel}`);
            }
            return wrong.map(w => `${w} in ${message.textContent.slice(0, 80)}`);
          }));
        }
        """);
}
