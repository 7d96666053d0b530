using TPWallet.Demo.Processes;

namespace TPWallet.Tests.Chaos;

/// <summary>
/// The ports of a cluster's silos. One that takes a dead one's place comes at its address, as a container that is restarted, or at another one, as on another
/// machine: at the same address the dead one is known to be dead at once, at another only after missed probes.
/// </summary>
internal sealed class ClusterPorts
{
    private readonly Queue<(int Silo, int Gateway)> _left = [];

    /// <summary>Of the silo that was started last.</summary>
    public (int Silo, int Gateway) Last { get; private set; }

    /// <summary>Arguments of the next silo.</summary>
    public ImmutableArray<string> Next()
    {
        if (_left.TryDequeue(out var left)) Last = left;
        else Last = (FreePort.Take(), FreePort.Take());
        return [$"--Cluster:SiloPort={Last.Silo}", $"--Cluster:GatewayPort={Last.Gateway}"];
    }

    /// <summary>The next silo comes at this address.</summary>
    public void Leave((int Silo, int Gateway) ports) => _left.Enqueue(ports);
}
