using TPWallet.Silo.Composition;
using TPWallet.Tests.Runtime;

namespace TPWallet.Tests.Composition;

/// <summary>When an ordered end does not come.</summary>
public sealed class HardStopTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly List<string> _ends = [];

    [Fact]
    public void Bound_Passed_EndsTheProcess()
    {
        using var stopping = new CancellationTokenSource();
        using var stop = new HardStop(Bound, _time, _ends.Add, stopping.Token);
        _time.Advance(Bound * 10);
        _ends.Should().BeEmpty("nobody asked for an end");
        stopping.Cancel();
        _time.Advance(Bound - TimeSpan.FromMilliseconds(1));
        _ends.Should().BeEmpty();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _ends.Should().ContainSingle().Which.Should().Contain("30 s");
    }

    [Fact]
    public void Asked_ASecondTime_EndsTheProcess()
    {
        using var stop = new HardStop(Bound, _time, _ends.Add, CancellationToken.None);
        stop.Asked();
        _ends.Should().BeEmpty("the first begins the ordered end");
        stop.Asked();
        _ends.Should().ContainSingle().Which.Should().Contain("twice");
    }
}
