using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Tests;

/// <summary>One table's part in a statement.</summary>
internal sealed record Plan(string Statement, string Table, List<string> Partitions, string Type, string? Key, string Extra, long RowsTouched)
{
    private static readonly string[] Partitioned = ["messages", "message_events", "message_reactions", "message_emoji", "m", "e"];

    public bool IsPartitioned => Partitions.Count > 0 && Array.IndexOf(Partitioned, Table) >= 0;

    public void ShouldBeGood()
    {
        if (Table.Length == 0 || Table.StartsWith('<'))
        {
            return;
        }

        Type.ShouldNotBe("ALL", $"{Table} in {Statement}");
        Key.ShouldNotBeNull($"{Table} in {Statement}");
        Extra.ShouldNotContain("temporary", Case.Insensitive, $"{Table} in {Statement}");
    }
}

/// <summary>Explains a statement, and runs it and counts the rows that it went to.</summary>
internal static class PlanReader
{
    public static IReadOnlyList<Plan> Read(Link link, SqlBatch batch, string statement)
    {
        var explained = link.Query(batch.Copy($"EXPLAIN PARTITIONS {statement}"), rows =>
        {
            var found = new List<Plan>();
            while (rows.Step())
            {
                var partitions = rows.TextOrNull(3)?.Split(',', StringSplitOptions.RemoveEmptyEntries).ToList() ?? [];
                found.Add(new Plan(statement, rows.TextOrNull(2) ?? "", partitions, rows.TextOrNull(4) ?? "", rows.TextOrNull(6), rows.TextOrNull(10) ?? "", 0));
            }

            return found;
        });
        link.Execute("FLUSH STATUS");
        link.Query(batch.Copy(statement), rows =>
        {
            while (rows.Step())
            {
            }

            return true;
        });
        var touched = link.Query(
            new SqlBatch().Add(new Sql("SHOW SESSION STATUS LIKE 'Handler_read%'")),
            rows =>
            {
                var sum = 0L;
                while (rows.Step())
                {
                    sum += long.Parse(rows.Text(1));
                }

                return sum;
            });
        return [.. explained.Select(plan => plan with { RowsTouched = touched })];
    }
}
