using System.Data.Common;
using Chat.Contracts;

namespace Chat.Storage.MySql.Driver;

/// <summary>What a batch answers: one list of rows per statement that has an answer, in their order.</summary>
internal sealed class Rows(DbDataReader reader)
{
    /// <summary>Goes to the next row of the present list; false when there is none.</summary>
    public bool Step() => reader.Read();

    /// <summary>Goes to the next list.</summary>
    public void Next()
    {
        if (!reader.NextResult())
        {
            throw new InvalidDataException("The server answered fewer statements than it was sent.");
        }
    }

    public long Long(int column) => reader.GetInt64(column);

    public int Int(int column) => reader.GetInt32(column);

    public bool Bool(int column) => reader.GetInt64(column) != 0;

    public string Text(int column) => reader.GetString(column);

    public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Long(column));

    public bool IsNull(int column) => reader.IsDBNull(column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public bool? BoolOrNull(int column) => IsNull(column) ? null : Bool(column);

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    /// <summary>A user, or none.</summary>
    public UserId? UserOrNull(int column) => IsNull(column) ? null : new UserId(Long(column));
}
