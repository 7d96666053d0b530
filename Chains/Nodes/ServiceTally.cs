using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Nodes;

/// <summary>Counts how one node serves this process. Whoever counts holds the lock of <see cref="NodeHealth"/>.</summary>
internal sealed class ServiceTally(Instant since)
{
    private readonly long[] _times = new long[NodeService.TimeSteps];
    private long _looks;
    private long _inService;
    private long _asked;
    private long _answered;
    private long _contradictions;

    public NodeService Counts => new(since, _looks, _inService, _asked, _answered, _contradictions, [.. _times]);

    public void Look(bool inService)
    {
        _looks++;
        if (inService) _inService++;
    }

    public void Ask(bool answered, TimeSpan took)
    {
        _asked++;
        if (!answered) return;
        _answered++;
        _times[NodeService.StepOf(took)]++;
    }

    public void Contradict() => _contradictions++;
}
