using Orleans;
using Orleans.Concurrency;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Accounts;

/// <summary>
/// Stands where a TokenPacket grain stands in production: accounts take reservations and transfers from grains only. Key: the client's number.
/// </summary>
public interface ITransferDesk : IGrainWithStringKey
{
    /// <summary>Passes a command on as a packet's effect would.</summary>
    Task<CommandReply> Submit(AccountId account, AccountCommand command);
}

/// <summary>One desk per client; it waits for nothing but the account.</summary>
[Reentrant]
public sealed class TransferDesk : Grain, ITransferDesk
{
    public Task<CommandReply> Submit(AccountId account, AccountCommand command) =>
        GrainFactory.GetGrain<IAccountGrain>(account.ToString()).Submit(command);
}
