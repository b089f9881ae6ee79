using System.Text;
using Ms2m.Contracts;
using Ms2m.Engine.Ingress;

namespace Ms2m.Engine.Tests.Requests;

public class ReadingARequest
{
    private static readonly Guid _made = Guid.Parse("01000000-0000-7000-8000-000000000000");

    private static Read<StartMigration> Start(string body) => RequestReader.Start(Encoding.UTF8.GetBytes(body), _made);

    [Fact]
    public void two_names_are_enough()
    {
        var read = Start("""{"workload":"orders","targetNode":"node-b"}""").Value;

        Assert.Equal(new StartMigration(_made, "orders", "node-b"), read);
    }

    [Fact]
    public void everything_can_be_said()
    {
        var read = Start("""
            {"migrationId":"7b6e9b04-61a6-4f19-9d56-3ccf15ffb2bb","workload":"orders","targetNode":"node-b",
             "strategy":"shadow","requestedBy":"me","priority":-3,
             "policy":{"maxInterruptionMs":50,"maxReplayMs":1000,"onOverload":"RollBack"}}
            """).Value;

        Assert.Equal(Guid.Parse("7b6e9b04-61a6-4f19-9d56-3ccf15ffb2bb"), read?.MigrationId);
        Assert.Equal(-3, read?.Priority);
        Assert.Equal(new CutoverPolicy(50, 1000, OverloadAction.RollBack), read?.Policy);
    }

    [Theory]
    [InlineData("", "well-formed")]
    [InlineData("hello", "well-formed")]
    [InlineData("{\"workload\":", "well-formed")]
    [InlineData("null", "null")]
    [InlineData("[]", "wrong type")]
    [InlineData("42", "wrong type")]
    [InlineData("{}", "\"workload\" is missing")]
    [InlineData("""{"workload":"orders"}""", "\"targetNode\" is missing")]
    [InlineData("""{"workload":"orders","targetNode":7}""", "wrong type")]
    [InlineData("""{"workload":"orders","targetNode":"node-b","priority":"high"}""", "wrong type")]
    [InlineData("""{"workload":"orders","targetNode":"node-b","colour":"red"}""", "not known")]
    [InlineData("""{"workload":"orders","targetNode":"node-b","targetNode":"node-c"}""", "twice")]
    [InlineData("""{"workload":"orders","targetNode":"node-b","migrationId":"seven"}""", "wrong type")]
    [InlineData("""{"workload":"orders","targetNode":"node-b","migrationId":"00000000-0000-0000-0000-000000000000"}""", "empty id")]
    [InlineData("""{"workload":"orders","targetNode":"node-b","policy":{"onOverload":"Explode"}}""", "allowed words")]
    public void what_cannot_be_read_is_a_failure_that_says_why(string body, string why)
    {
        var read = Start(body);

        Assert.Null(read.Value);
        Assert.Contains(why, read.Problem?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Ms2m.", read.Problem?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_name_that_no_database_can_hold_is_made_one_that_can_be_recorded()
    {
        var read = Start("{\"workload\":\"or\\u0000ders\",\"targetNode\":\"node-b\"}").Value;

        Assert.Equal("or\uFFFDders", read?.Workload);
    }

    [Fact]
    public void half_a_surrogate_pair_is_a_failure() =>
        Assert.NotNull(Start("{\"workload\":\"\\ud800\",\"targetNode\":\"node-b\"}").Problem);

    [Fact]
    public void a_request_beyond_all_measure_is_not_even_parsed() =>
        Assert.Contains("allowed", Start(new string('{', RequestReader.MaxBytes + 1)).Problem?.Message, StringComparison.Ordinal);

    [Fact]
    public void any_bytes_give_a_request_or_a_failure()
    {
        var random = new Random(7);
        var valid = Encoding.UTF8.GetBytes("""{"workload":"orders","targetNode":"node-b","policy":{"maxReplayMs":1}}""");
        for (var i = 0; i < 20_000; i++)
        {
            var body = i % 2 == 0 ? new byte[random.Next(100)] : [.. valid];
            for (var change = 0; change < 1 + (body.Length / 20); change++)
            {
                if (body.Length > 0)
                {
                    body[random.Next(body.Length)] = (byte)random.Next(256);
                }
            }

            var read = RequestReader.Start(body, _made);
            Assert.True(read.Value is null != read.Problem is null);
            _ = RequestReader.Excerpt(body);
        }
    }
}
