using TPWallet.Demo.Chain;
using TPWallet.Demo.People;
using TPWallet.Demo.Telling;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Signing;

namespace TPWallet.Demo.Attack;

/// <summary>A payer who keeps an old state with both signatures, and closes by it when it has paid: as from a copy of its machine.</summary>
internal sealed class StaleClose
{
    private const ulong Lasts = 1_000_000;

    private readonly ChannelFacts _facts;
    private readonly ChannelCall.Close _call;

    private StaleClose(ChannelFacts facts, ChannelCall.Close call) => (_facts, _call) = (facts, call);

    public ulong Nonce => _call.Demand.Book.Nonce;

    /// <summary>Keeps the state that both signed last.</summary>
    public static async Task<StaleClose> KeepAsync(Party payer, Party peer, ChannelFacts facts, CancellationToken cancellationToken)
    {
        var (own, other) = (payer.SideOf(facts), peer.SideOf(facts));
        var view = await payer.ReadAsync(own, cancellationToken);
        var signed = await AskAsync(peer, (signer, changes) => signer.SignStateAsync(new(peer.Account, other, changes, view.Book), cancellationToken), cancellationToken);
        var demand = new ChannelOrder.Demand(view.Book, view.Second + Lasts);
        var demanded = await AskAsync(payer, (signer, changes) => signer.SignOrderAsync(new(payer.Account, own, changes, demand), cancellationToken), cancellationToken);
        return new(facts, new(demand, demanded.Signature, own.Us, signed.Signature));
    }

    /// <summary>Closes by it.</summary>
    public Task DoAsync(LocalChain chain, CancellationToken cancellationToken) =>
        chain.DoAsync(_facts.Manager, ActEncoding.Encode(_facts, LocalChannels.Terms.LockFloor, default, _call), cancellationToken);

    private static async Task<T> AskAsync<T>(Party party, Func<SignerClient, int, Task<SignerAnswer<T>>> ask, CancellationToken cancellationToken)
        where T : class
    {
        var lineage = await party.House.Wallet.ReadLineageAsync(party.Account, cancellationToken) ?? throw new DemoFailedException("no lineage");
        using var signer = new SignerClient(new SignerClientOptions { SocketPath = party.House.Places.SignerSocket });
        return await ask(signer, lineage.Changes.Length) is SignerAnswer<T>.Given { Value: var value } ? value : throw new DemoFailedException($"{party.Name}'s signer did not sign");
    }
}
