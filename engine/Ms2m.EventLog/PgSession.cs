using Npgsql;

namespace Ms2m.EventLog;

/// <summary>The transaction of one message: scoped, one connection, one transaction at a time. Reads run at once;
/// writes are deferred and sent together at the commit, so that a message costs few round trips and sequence numbers
/// are held for a moment only. What was deferred is not visible to reads before <see cref="FlushAsync"/>.</summary>
public sealed class PgSession(NpgsqlDataSource store) : IAsyncDisposable
{
    private readonly List<DeferredWrite> _writes = [];
    private readonly List<DeferredWrite> _lastWrites = [];
    private readonly List<Action> _committed = [];
    private NpgsqlConnection? _connection;
    private NpgsqlTransaction? _transaction;

    public bool IsOpen => _transaction is not null;

    /// <exception cref="InvalidOperationException">A transaction is open already.</exception>
    public async Task BeginAsync(CancellationToken token)
    {
        if (IsOpen)
        {
            throw new InvalidOperationException("The session has a transaction already.");
        }

        _connection = await store.OpenConnectionAsync(token);
        _transaction = await _connection.BeginTransactionAsync(token);
    }

    /// <summary>A command inside the transaction. The caller disposes it.</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, Connection, _transaction);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public void Defer(DeferredWrite write) => _writes.Add(write);

    /// <summary>As <see cref="Defer"/>, after all other writes: for statements that draw sequence numbers, because a
    /// number drawn before a failing check is a hole for every reader of the log.</summary>
    public void DeferLast(DeferredWrite write) => _lastWrites.Add(write);

    /// <summary>Something to do after the commit, such as waking a relay. Forgotten on rollback.</summary>
    public void OnCommitted(Action action) => _committed.Add(action);

    /// <summary>Sends the deferred writes.</summary>
    /// <exception cref="ConflictException">Somebody else wrote first. The caller rolls back.</exception>
    public async Task FlushAsync(CancellationToken token)
    {
        DeferredWrite[] writes = [.. _writes, .. _lastWrites];
        _writes.Clear();
        _lastWrites.Clear();
        if (writes.Length == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(Connection, _transaction);
        foreach (var write in writes)
        {
            batch.BatchCommands.Add(write.Command);
        }

        await batch.ExecuteNonQueryAsync(token);
        foreach (var write in writes)
        {
            write.Check?.Invoke(write.Command.Rows);
        }
    }

    /// <summary>Sends the deferred writes and commits. After an exception the outcome is unknown only when the
    /// connection broke during the commit itself; the inbox tells on the next delivery.</summary>
    public async Task CommitAsync(CancellationToken token)
    {
        await FlushAsync(token);
        await Transaction.CommitAsync(token);
        Action[] committed = [.. _committed];
        await CloseAsync();
        foreach (var action in committed)
        {
            action();
        }
    }

    /// <summary>Gives up everything since <see cref="BeginAsync"/>. Without a transaction nothing happens.</summary>
    public ValueTask RollbackAsync() => CloseAsync();

    public ValueTask DisposeAsync() => CloseAsync();

    private NpgsqlConnection Connection =>
        _connection ?? throw new InvalidOperationException("The session has no transaction; call BeginAsync first.");

    private NpgsqlTransaction Transaction =>
        _transaction ?? throw new InvalidOperationException("The session has no transaction; call BeginAsync first.");

    // Disposing an open transaction rolls it back, and does not throw when the connection is gone.
    private async ValueTask CloseAsync()
    {
        _writes.Clear();
        _lastWrites.Clear();
        _committed.Clear();
        if (_transaction is { } transaction)
        {
            _transaction = null;
            await transaction.DisposeAsync();
        }

        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
