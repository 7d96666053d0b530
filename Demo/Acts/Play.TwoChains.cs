using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Demo.Chain;
using TPWallet.Demo.People;
using TPWallet.Demo.Processes;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Acts;

/// <summary>One packet on two unlike chains, under one quorum; and a node that says of its transaction that it failed.</summary>
internal sealed partial class Play
{
    private const long DepositSat = 200_000;
    private const long BookSat = 50_000;
    private const long FeesSat = 5_000;

    private static readonly Address Bookshop = Address.Parse("0x0000000000000000000000000000000000b00c50");

    private async Task PayOnTwoChainsAsync(CancellationToken cancellationToken)
    {
        _teller.Step("9", "One packet on two unlike chains, while a node lies");
        if (_stage.Bitcoin is not { } bitcoin || _stage.Liar is not { } liar)
        {
            _teller.Say($"left out, for there is no Bitcoin node here: {Demo.Chain.Bitcoind.WhyAbsent(_stage.Places.Root) ?? "run ./tpw setup"}");
            return;
        }

        var own = await FillPurseAsync(bitcoin, cancellationToken);
        var packet = Content(
            "two-chains",
            [
                new Leg.ChainTransfer("ether", [], Own, Bookshop, new(LocalChain.Coin, Team.Ether / 2), new(FeeBudget)),
                new Leg.ChainTransfer("coin", [], own, Bookshop, new(LocalBitcoin.Coin, BookSat), new(FeesSat)),
            ],
            []);
        await HandInAsync(packet, cancellationToken);
        var view = await PacketAsync(packet.Ref, static view => view.State is "approving" or "rejected", "its judgement", cancellationToken);
        _teller.Check(view.State == "approving", "half an ether and 50,000 satoshis, judged as one", $"{view.Rejection}");
        _stages.Clear();
        liar.BeginToLie();
        foreach (var member in (int[])[0, 1]) await CastAsync(packet.Ref, await BuildVoteAsync(member, view, cancellationToken), cancellationToken);
        await WatchAsync(packet.Ref, static view => Leg(view, "coin").Stage is "accepted" or "mined", "the coins in the node's pool", cancellationToken);
        await bitcoin.MineAsync(Stage.Confirmations, cancellationToken);
        var settled = await WatchAsync(
            packet.Ref, static view => view.State is "settled" or "rejected" or "invalidated", "settlement on both chains", cancellationToken);
        _teller.Check(settled.State == "settled", "final on both chains, settled as one", settled.State);
        await ShowPaidAsync(bitcoin, own, cancellationToken);
        await ShowLiarAsync(liar, cancellationToken);
    }

    /// <summary>A key on the other chain, with a deposit. Its address.</summary>
    private async Task<Address> FillPurseAsync(LocalBitcoin bitcoin, CancellationToken cancellationToken)
    {
        var reply = await Wallet.RequestKeyAsync(IdempotencyKey.New(), _payer.Account, "coins", LocalBitcoin.Id, Tier.Hot, cancellationToken);
        _teller.Check(reply is CommandReply.Accepted, "a key on the Bitcoin chain requested", Why(reply));
        var account = await AccountAsync(static view => view.Addresses.Any(IsCoins), "the key's address", cancellationToken);
        var attestation = account.Addresses.First(IsCoins);
        _teller.Check(
            AttestationCheck.Check(attestation, _payer.Account, _stage.SignerIdentity) is Answer<Address>.Given,
            "the signer attests that address too",
            CoinAddress.Format(LocalBitcoin.Id, attestation.Address));
        await bitcoin.SendAsync(attestation.Address, DepositSat, cancellationToken);
        await bitcoin.MineAsync(Stage.Confirmations, cancellationToken);
        await AccountAsync(static view => Available(view, LocalBitcoin.Coin) == DepositSat, "the deposit to be credited", cancellationToken);
        _teller.Check(true, $"{DepositSat} satoshis credited", $"after {Stage.Confirmations} confirmations");
        return attestation.Address;

        static bool IsCoins(KeyAttestation key) => key.Chain == LocalBitcoin.Id;
    }

    private async Task ShowPaidAsync(LocalBitcoin bitcoin, Address own, CancellationToken cancellationToken)
    {
        var ether = await Chain.BalanceAsync(LocalChain.Coin, Bookshop, cancellationToken);
        var coins = await bitcoin.BalanceAsync(Bookshop, cancellationToken);
        _teller.Check(ether == Team.Ether / 2 && coins == BookSat, "the bookshop has both, once", $"{ether} wei, {coins} satoshis");
        var account = await AccountAsync(static view => view.Balances.All(static balance => balance.Reserved.IsZero), "nothing to be under way", cancellationToken);
        var custody = await bitcoin.BalanceAsync(own, cancellationToken);
        _teller.Check(Available(account, LocalBitcoin.Coin) == custody, $"satoshis: custody {custody}", $"= payer {Available(account, LocalBitcoin.Coin)}");
        _teller.Figure("twoChains.paid.wei", ether.ToString());
        _teller.Figure("twoChains.paid.satoshis", coins.ToString());
        _teller.Figure("twoChains.custody.satoshis", custody.ToString());
    }

    private async Task ShowLiarAsync(LyingProxy liar, CancellationToken cancellationToken)
    {
        var node = await Wait.ForAsync(
            () => _stage.Operator.ReadNodeAsync(LocalChain.Id, LyingProxy.Name, cancellationToken),
            static view => view.State == "quarantined",
            Longest,
            $"{LyingProxy.Name} to be found out",
            cancellationToken);
        _teller.Check(liar.Told > 0, $"{LyingProxy.Name} said that the payment failed: it is out of service", $"{node.Fact}");
        _teller.Figure("liar.fact", node.Fact);
        _teller.Figure("liar.state", node.State);
        _teller.Figure("liar.lies", liar.Told);
    }
}
