using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Chat.Contracts;

namespace Chat.Storage.MySql.Driver;

/// <summary>Text of a statement that is fixed at compile time: a list of columns.</summary>
internal readonly record struct Sql(string Text);

/// <summary>A database, as statements name it.</summary>
internal readonly record struct Db(string Name);

/// <summary>
/// Statements that travel together, in one round trip. They are written as interpolated strings of which every hole is a value: numbers, ids,
/// times and flags become digits, texts and bytes become parameters, so no value is ever read as SQL.
/// </summary>
internal sealed class SqlBatch
{
    private readonly List<Func<string?>> _statements = [];
    private readonly List<object> _values = [];

    /// <summary>How large text and values are, roughly, in bytes.</summary>
    public int Size { get; private set; }

    /// <summary>The statements, with their values by name.</summary>
    public IEnumerable<string> Statements => _statements.Select(statement => statement()).OfType<string>();

    /// <summary>Adds a statement.</summary>
    public SqlBatch Add([InterpolatedStringHandlerArgument("")] ref SqlHandler statement)
    {
        var text = statement.Text.ToString();
        _statements.Add(() => text);
        Size += text.Length;
        return this;
    }

    /// <summary>Adds a statement without values.</summary>
    public SqlBatch Add(Sql statement)
    {
        _statements.Add(() => statement.Text);
        Size += statement.Text.Length;
        return this;
    }

    /// <summary>
    /// Adds an INSERT whose rows are still to come; it is left out when none do.
    /// </summary>
    /// <param name="insert">Up to and with VALUES.</param>
    /// <param name="onDuplicate">What follows the rows.</param>
    public SqlRows AddRows([InterpolatedStringHandlerArgument("")] ref SqlHandler insert, string onDuplicate = "")
    {
        var rows = new SqlRows(this, insert.Text.Append(' '), onDuplicate);
        _statements.Add(() => rows.Statement);
        return rows;
    }

    /// <summary>Adds a statement that ends in a condition with alternatives, when there are any; answers whether there were.</summary>
    public bool AddAlternatives([InterpolatedStringHandlerArgument("")] ref SqlHandler upToWhere, Action<SqlParts> fill)
    {
        var parts = new SqlParts(this);
        var text = upToWhere.Text;
        fill(parts);
        return AddParts(text.Append(" ("), parts, ") OR (", ")");
    }

    /// <summary>Adds a statement that unites the rows of several, when there are any.</summary>
    public void AddUnion(Action<SqlParts> fill)
    {
        var parts = new SqlParts(this);
        fill(parts);
        AddParts(new StringBuilder(), parts, " UNION ALL ", "");
    }

    /// <summary>Makes it the command's text and values.</summary>
    public void Fill(DbCommand command)
    {
        var text = new StringBuilder(Size);
        foreach (var statement in Statements)
        {
            text.Append(statement).Append(";\n");
        }

        command.CommandText = text.ToString();
        for (var i = 0; i < _values.Count; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = Name(i);
            parameter.Value = _values[i];
            command.Parameters.Add(parameter);
        }
    }

    /// <summary>Another batch with the same values, of that statement alone: one of this batch's, or its explanation.</summary>
    internal SqlBatch Copy(string statement)
    {
        var copy = new SqlBatch();
        copy._values.AddRange(_values);
        return copy.Add(new Sql(statement));
    }

    /// <summary>Counts what an INSERT grew by.</summary>
    internal void Grow(int bytes) => Size += bytes;

    /// <summary>Keeps a value and answers its name.</summary>
    internal string Keep(object value, int bytes)
    {
        _values.Add(value);
        Size += bytes;
        return Name(_values.Count - 1);
    }

    private bool AddParts(StringBuilder text, SqlParts parts, string between, string end)
    {
        if (parts.Texts.Count == 0)
        {
            return false;
        }

        var statement = text.AppendJoin(between, parts.Texts).Append(end).ToString();
        _statements.Add(() => statement);
        Size += statement.Length;
        return true;
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"@p{index}");
}

/// <summary>An INSERT of many rows, in the making.</summary>
internal sealed class SqlRows(SqlBatch batch, StringBuilder text, string onDuplicate)
{
    private int _count;

    /// <summary>The batch that its values belong to.</summary>
    internal SqlBatch Batch { get; } = batch;

    /// <summary>The whole statement; null without rows.</summary>
    internal string? Statement => _count == 0 ? null : text + onDuplicate;

    /// <summary>Adds a row, <c>(…)</c>.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] ref SqlHandler row)
    {
        if (_count++ > 0)
        {
            text.Append(",\n");
        }

        text.Append(row.Text);
        Batch.Grow(row.Text.Length);
    }
}

/// <summary>Parts of one statement, in the making.</summary>
internal sealed class SqlParts(SqlBatch batch)
{
    /// <summary>What was added.</summary>
    internal List<string> Texts { get; } = [];

    /// <summary>The batch that its values belong to.</summary>
    internal SqlBatch Batch { get; } = batch;

    /// <summary>Adds a part.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] ref SqlHandler part) => Texts.Add(part.Text.ToString());
}

/// <summary>Turns the holes of an interpolated string into values of a statement.</summary>
[InterpolatedStringHandler]
internal readonly ref struct SqlHandler
{
    private readonly SqlBatch _batch;

    public SqlHandler(int literalLength, int formattedCount, SqlBatch batch)
    {
        _batch = batch;
        Text = new StringBuilder(literalLength + (8 * formattedCount));
    }

    public SqlHandler(int literalLength, int formattedCount, SqlRows rows)
        : this(literalLength, formattedCount, rows.Batch)
    {
    }

    public SqlHandler(int literalLength, int formattedCount, SqlParts parts)
        : this(literalLength, formattedCount, parts.Batch)
    {
    }

    public StringBuilder Text { get; }

    public void AppendLiteral(string text) => Text.Append(text);

    public void AppendFormatted(Sql fixedText) => Text.Append(fixedText.Text);

    public void AppendFormatted(Db database) => Text.Append('`').Append(database.Name).Append('`');

    public void AppendFormatted(long value) => Text.Append(CultureInfo.InvariantCulture, $"{value}");

    public void AppendFormatted(long? value)
    {
        if (value is { } known)
        {
            AppendFormatted(known);
        }
        else
        {
            AppendNull();
        }
    }

    public void AppendFormatted(bool value) => Text.Append(value ? '1' : '0');

    public void AppendFormatted(bool? value) => AppendFormatted(value is { } known ? known ? 1L : 0L : null);

    public void AppendFormatted(DateTimeOffset value) => AppendFormatted(value.ToUnixTimeMilliseconds());

    public void AppendFormatted(DateTimeOffset? value) => AppendFormatted(value?.ToUnixTimeMilliseconds());

    public void AppendFormatted(UserId value) => AppendFormatted(value.Value);

    public void AppendFormatted(RoomId value) => AppendFormatted(value.Value);

    public void AppendFormatted(string? value)
    {
        if (value is null)
        {
            AppendNull();
        }
        else
        {
            Text.Append(_batch.Keep(value, Encoding.UTF8.GetByteCount(value)));
        }
    }

    /// <summary>A list for IN; an empty one holds nothing.</summary>
    public void AppendFormatted(IReadOnlyCollection<long> values)
    {
        if (values.Count == 0)
        {
            AppendNull();
            return;
        }

        var before = Text.Length;
        foreach (var value in values)
        {
            if (Text.Length > before)
            {
                Text.Append(',');
            }

            AppendFormatted(value);
        }
    }

    /// <summary>A list for IN; an empty one holds nothing.</summary>
    public void AppendFormatted(IReadOnlyCollection<string> values)
    {
        if (values.Count == 0)
        {
            AppendNull();
            return;
        }

        var before = Text.Length;
        foreach (var value in values)
        {
            if (Text.Length > before)
            {
                Text.Append(',');
            }

            AppendFormatted(value);
        }
    }

    private void AppendNull() => Text.Append("NULL");
}
