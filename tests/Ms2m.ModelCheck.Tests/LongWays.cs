using Ms2m.ModelCheck.Checking;

namespace Ms2m.ModelCheck.Tests;

/// <summary>Bounds that are too large to visit as a whole, walked by chance; the same ways in every run.</summary>
public sealed class LongWays
{
    [Theory]
    [InlineData(3, 0)]
    [InlineData(5, 0b1000100)]
    public void many_messages_and_several_faults_break_no_guarantee(int window, int failing)
    {
        var bounds = new Bounds
        {
            Messages = 15,
            Publishers = 3,
            Window = window,
            Faults = 3,
            Migrations = 2,
            Failing = failing,
        };
        var check = Check.Walks("", bounds, walks: 80, firstSeed: window * 1000);

        Assert.True(check.Holds, check.Story);
        Assert.Equal(80, check.Verdict.Finals);
    }
}
