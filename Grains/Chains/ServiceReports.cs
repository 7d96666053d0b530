using TPWallet.Grains.Interfaces.Chains;

namespace TPWallet.Grains.Chains;

/// <summary>What silos reported of one node's service. Each reports all that it counted since its start; what an ended one counted stays in the sum.</summary>
public sealed class ServiceReports
{
    /// <summary>Silos that are kept apart; of more, the one that has been silent for longest is added to the past.</summary>
    public const int MaxSilos = 64;

    private readonly List<(Guid Silo, NodeService Counts)> _reports = [];
    private NodeService? _past;

    /// <summary>Null before the first report.</summary>
    public NodeService? Sum => _reports.Aggregate(_past, static (sum, report) => sum is null ? report.Counts : sum.Plus(report.Counts));

    /// <param name="silo">Another one after each start.</param>
    /// <param name="counts">All since that start.</param>
    public void Take(Guid silo, NodeService counts)
    {
        _reports.RemoveAll(report => report.Silo == silo);
        if (_reports.Count == MaxSilos)
        {
            _past = _past is null ? _reports[0].Counts : _past.Plus(_reports[0].Counts);
            _reports.RemoveAt(0);
        }

        _reports.Add((silo, counts));
    }
}
