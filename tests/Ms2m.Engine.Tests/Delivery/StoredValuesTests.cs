using Ms2m.Engine.Delivery;

namespace Ms2m.Engine.Tests.Delivery;

public sealed class StoredValuesTests
{
    [Fact]
    public void values_come_back_in_order_and_of_the_same_type()
    {
        var values = new Dictionary<string, object>
        {
            ["z"] = "text \"quoted\" \u2713",
            ["flag"] = true,
            ["off"] = false,
            ["byte"] = (byte)7,
            ["int"] = 5,
            ["long"] = long.MaxValue,
            ["double"] = 0.1,
            ["decimal"] = 1.50m,
            ["time"] = new DateTime(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        };
        var read = StoredValues.Read(StoredValues.Write(values));
        Assert.Equal(values, read);
        Assert.Equal(values.Keys, read.Keys);
        Assert.Equal(values.Values.Select(one => one.GetType()), read.Values.Select(one => one.GetType()));
    }

    [Fact]
    public void addresses_and_ids_become_text() =>
        Assert.Equal(
            """{"at":"exchange:x","id":"0190f4b2-5f2a-7c3d-8e4f-5a6b7c8d9e0f"}""",
            StoredValues.Write(new Dictionary<string, object>
            {
                ["at"] = new Uri("exchange:x"),
                ["id"] = Guid.Parse("0190f4b2-5f2a-7c3d-8e4f-5a6b7c8d9e0f"),
            }));

    [Fact]
    public void what_the_transport_leaves_out_is_left_out() =>
        Assert.Equal("{}", StoredValues.Write(new Dictionary<string, object> { ["x-death"] = new List<object>() }));
}
