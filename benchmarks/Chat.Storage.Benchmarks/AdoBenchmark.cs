using Chat.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Chat.Storage.Benchmarks;

/// <summary>Why the store is written on SQLite's own API: the same insert and the same page, prepared once, through both.</summary>
internal static class AdoBenchmark
{
    private const int Rows = 200_000;
    private const string Create = "CREATE TABLE probe (room INTEGER, seq INTEGER, a INTEGER, b INTEGER, c INTEGER, d INTEGER, e INTEGER, f TEXT, g TEXT, h TEXT, PRIMARY KEY (room, seq)) WITHOUT ROWID";
    private const string Insert = "INSERT INTO probe VALUES (?,?,?,?,?,?,?,?,?,?)";
    private const string Page = "SELECT room, seq, a, b, c, d, e, f, g, h FROM probe WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT 50";
    private const string Text = "A message of ordinary length, as people write them in a chat: about a hundred characters of plain text.";

    public static void Run(string folder)
    {
        SQLitePCL.Batteries_V2.Init();
        var (ownInsert, ownPage, ownBytes) = Own(Path.Combine(folder, "own.db"));
        var (adoInsert, adoPage, adoBytes) = Ado(Path.Combine(folder, "ado.db"));
        Console.WriteLine("| | insert of 10 values | page of 50 rows | bytes allocated per insert |");
        Console.WriteLine("|---|---|---|---|");
        Console.WriteLine($"| SQLite's own API | {ownInsert:N2} µs | {ownPage:N1} µs | {ownBytes:N0} |");
        Console.WriteLine($"| ADO.NET | {adoInsert:N2} µs | {adoPage:N1} µs | {adoBytes:N0} |");
    }

    private static (double Insert, double Page, double Bytes) Own(string path)
    {
        using var handle = SqliteHandle.Open(path, readOnly: false, TimeSpan.Zero, 32 * 1024);
        handle.Run(Create);
        return Measure(
            () => handle.Run("BEGIN"),
            i => handle.Prepare(Insert).Bind(1).Bind(i).Bind(3).Bind(4).Bind(5).Bind((long?)null).Bind(7).Bind("client").Bind((string?)null).Bind(Text).Execute(),
            () => handle.Run("COMMIT"),
            i =>
            {
                var rows = handle.Prepare(Page).Bind(1).Bind(i);
                while (rows.Step())
                {
                    _ = rows.Long(0) + rows.Long(1) + rows.Long(2) + rows.Long(3) + rows.Long(4) + (rows.LongOrNull(5) ?? 0) + rows.Long(6);
                    _ = (rows.Text(7), rows.TextOrNull(8), rows.Text(9));
                }
            });
    }

    private static (double Insert, double Page, double Bytes) Ado(string path)
    {
        using var database = new SqliteConnection($"Data Source={path}");
        database.Open();
        Run(Create);
        using var insert = database.CreateCommand();
        insert.CommandText = "INSERT INTO probe VALUES ($0,$1,$2,$3,$4,$5,$6,$7,$8,$9)";
        var values = Enumerable.Range(0, 10).Select(i => insert.Parameters.Add($"${i}", i < 7 ? SqliteType.Integer : SqliteType.Text)).ToList();
        using var page = database.CreateCommand();
        page.CommandText = "SELECT room, seq, a, b, c, d, e, f, g, h FROM probe WHERE room = $0 AND seq < $1 ORDER BY seq DESC LIMIT 50";
        var (room, before) = (page.Parameters.Add("$0", SqliteType.Integer), page.Parameters.Add("$1", SqliteType.Integer));
        return Measure(
            () => Run("BEGIN"),
            i =>
            {
                (values[0].Value, values[1].Value, values[2].Value, values[3].Value, values[4].Value) = (1L, (long)i, 3L, 4L, 5L);
                (values[5].Value, values[6].Value, values[7].Value, values[8].Value, values[9].Value) = (DBNull.Value, 7L, "client", DBNull.Value, Text);
                insert.ExecuteNonQuery();
            },
            () => Run("COMMIT"),
            i =>
            {
                (room.Value, before.Value) = (1L, (long)i);
                using var rows = page.ExecuteReader();
                while (rows.Read())
                {
                    _ = rows.GetInt64(0) + rows.GetInt64(1) + rows.GetInt64(2) + rows.GetInt64(3) + rows.GetInt64(4)
                        + (rows.IsDBNull(5) ? 0 : rows.GetInt64(5)) + rows.GetInt64(6);
                    _ = (rows.GetString(7), rows.IsDBNull(8) ? null : rows.GetString(8), rows.GetString(9));
                }
            });

        void Run(string sql)
        {
            using var command = database.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    private static (double Insert, double Page, double Bytes) Measure(Action begin, Action<int> insert, Action commit, Action<int> page)
    {
        var clock = TimeProvider.System;
        begin();
        for (var i = 0; i < Rows / 10; i++)
        {
            insert(i);
        }

        var (start, bytes) = (clock.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        for (var i = Rows / 10; i < Rows; i++)
        {
            insert(i);
        }

        var inserted = clock.GetElapsedTime(start).TotalMicroseconds / (Rows - (Rows / 10));
        var allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / (Rows - (Rows / 10));
        commit();
        const int Pages = 5000;
        for (var i = 0; i < Pages; i++)
        {
            page(1000 + i);
        }

        start = clock.GetTimestamp();
        for (var i = 0; i < Pages; i++)
        {
            page(1000 + (i * 30));
        }

        return (inserted, clock.GetElapsedTime(start).TotalMicroseconds / Pages, allocated);
    }
}
