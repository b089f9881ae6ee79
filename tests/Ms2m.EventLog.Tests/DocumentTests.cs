using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Tests.Lab;

namespace Ms2m.EventLog.Tests;

public sealed class DocumentTests(Database database) : IClassFixture<Database>
{
    [Fact]
    public async Task a_document_is_stored_in_pascal_case_with_the_name_of_its_class()
    {
        var note = await StoreAsync("x");
        Assert.Equal(
            [$$"""{"Id": "{{note.Id}}", "Text": "x"} Ms2m.EventLog.Tests.Lab.Note"""],
            await database.LinesAsync($"select data, mt_dotnet_type from mt_doc_note where id = '{note.Id}'"));
        Assert.Equal(note, (await Database.Notes.LoadAsync(database.Store, note.Id, default))?.Value);
    }

    [Fact]
    public async Task an_insert_of_an_id_in_use_changes_nothing_and_says_so()
    {
        var note = await StoreAsync("first");
        await using var session = await database.BeginAsync();
        Assert.False(await Database.Notes.InsertAsync(session, note with { Text = "second" }, default));
        Assert.True(await Database.Notes.InsertAsync(session, new Note(Guid.NewGuid(), "third"), default));
        Database.Notes.DeferInsert(session, note with { Text = "fourth" });
        await Assert.ThrowsAsync<DocumentConflictException>(() => session.CommitAsync(default));
        await session.RollbackAsync();
        Assert.Equal("first", (await Database.Notes.LoadAsync(database.Store, note.Id, default))?.Value.Text);
    }

    [Fact]
    public async Task an_update_needs_the_version_that_was_read()
    {
        var note = await StoreAsync("first");
        var read = (await Database.Notes.LoadAsync(database.Store, note.Id, default))!;
        await UpdateAsync("second", read.Version);
        await Assert.ThrowsAsync<DocumentConflictException>(() => UpdateAsync("third", read.Version));
        Assert.Equal("second", (await Database.Notes.LoadAsync(database.Store, note.Id, default))?.Value.Text);

        async Task UpdateAsync(string text, Guid version)
        {
            await using var session = await database.BeginAsync();
            Database.Notes.DeferUpdate(session, note with { Text = text }, version);
            await session.CommitAsync(default);
        }
    }

    [Fact]
    public async Task a_document_loaded_for_update_is_waited_for()
    {
        var note = await StoreAsync("first");
        await using var holder = await database.BeginAsync();
        var held = (await Database.Notes.LoadForUpdateAsync(holder, note.Id, default))!;
        await using var other = await database.BeginAsync();
        var waiting = Database.Notes.LoadForUpdateAsync(other, note.Id, default);
        Database.Notes.DeferUpdate(holder, note with { Text = "second" }, held.Version);
        await holder.FlushAsync(default);
        Assert.False(waiting.IsCompleted);
        await holder.CommitAsync(default);
        Assert.Equal("second", (await waiting.WithinAsync("the lock of the first session"))?.Value.Text);
    }

    [Fact]
    public async Task an_upsert_replaces_what_is_there_and_all_are_listed_by_id()
    {
        await using var session = await database.BeginAsync();
        Database.Labels.DeferUpsert(session, new Label("b", "red"));
        Database.Labels.DeferUpsert(session, new Label("a", "red"));
        await session.FlushAsync(default);
        Database.Labels.DeferUpsert(session, new Label("b", "blue"));
        await session.CommitAsync(default);
        Assert.Equal(
            [new Label("a", "red"), new Label("b", "blue")], await Database.Labels.LoadAllAsync(database.Store, default));
    }

    [Fact]
    public async Task a_deleted_document_is_gone()
    {
        var note = await StoreAsync("x");
        await using var session = await database.BeginAsync();
        Database.Notes.DeferDelete(session, note.Id);
        await session.CommitAsync(default);
        Assert.Null(await Database.Notes.LoadAsync(database.Store, note.Id, default));
    }

    [Fact]
    public void a_table_name_cannot_carry_a_statement() =>
        Assert.Throws<ArgumentException>(() => new DocumentTable<Note, Guid>(note => note.Id, "notes; drop table x"));

    private async Task<Note> StoreAsync(string text)
    {
        var note = new Note(Guid.NewGuid(), text);
        await using var session = await database.BeginAsync();
        Database.Notes.DeferInsert(session, note);
        await session.CommitAsync(default);
        return note;
    }
}
