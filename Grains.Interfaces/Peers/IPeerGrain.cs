namespace TPWallet.Grains.Interfaces.Peers;

/// <summary>Keeps how an operator at the other side of channels stands. Key: its name in this deployment's configuration.</summary>
public interface IPeerGrain : IWakeable
{
    Task<CommandReply> Submit(PeerCommand command);

    /// <summary>Null: no channel has ever told of it.</summary>
    [Orleans.Concurrency.ReadOnly]
    Task<PeerView?> Read();
}
