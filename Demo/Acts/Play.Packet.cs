using TPWallet.Demo.Attack;
using TPWallet.Demo.Chain;
using TPWallet.Demo.People;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Demo.Acts;

/// <summary>The packet: proposed, judged, attacked, voted.</summary>
internal sealed partial class Play
{
    public static readonly Address Shop = Address.Parse("0x00000000000000000000000000000000005e11e4");
    public static readonly Address Worker = Address.Parse("0x000000000000000000000000000000000000b0b5");
    public static readonly UInt256 FeeBudget = Team.Ether / 100;

    private PacketView _vetoed = null!;
    private int _attempts;
    private int _signedForAttacker;

    /// <summary>1 ether and 250 tokens to the chain, 0.24 ether to another account, 0.01 ether to the operator: 1.25 ether allocated.</summary>
    private PacketContent Payroll()
    {
        var coin = LocalChain.Coin;
        var inside = Team.Ether * 24 / 100;
        return Content(
            "payroll",
            [
                new Leg.ChainTransfer("coin", [], Own, Shop, new(coin, Team.Ether), new(FeeBudget)),
                new Leg.ChainTransfer("token", [], Own, Worker, new(Chain.TokenAsset, Team.Ether * 250), new(FeeBudget)),
                new Leg.LedgerTransfer("inside", [], _payee.Account, new(coin, inside)),
            ],
            [new(new(coin, (Team.Ether * 125) / 100), Team.Ether / 100, [new("coin", Team.Ether), new("inside", inside)], "coin")]);
    }

    public PacketContent Content(Name id, ImmutableArray<Leg> legs, ImmutableArray<Allocation> allocations)
    {
        var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        return new(new(_payer.Account, id), 1, _payer.Voters[0].Member, legs, allocations, now + Span.Hours(1), now + Span.Hours(2));
    }

    private async Task ProposeAsync(PacketContent packet, CancellationToken cancellationToken)
    {
        _teller.Step("3", "A packet: 1 ether and 250 tokens on the chain, 0.24 ether inside the ledger, 0.01 ether to the operator");
        await HandInAsync(packet, cancellationToken);
        var view = await PacketAsync(
            packet.Ref, static view => view.State is "approving" or "rejected", "simulation and judgement", cancellationToken);
        _teller.Check(view.State == "approving", "simulated, bounds fixed, judged", $"{view.Rejection}");
        _teller.Check(
            view.Assessment?.Required.Approvals == 2,
            "two of three must approve",
            string.Join(", ", view.Assessment?.Reasons.Select(static r => $"{r.Rule}") ?? []));
        _teller.Figure("packet.id", packet.Ref.Id.ToString());
        _teller.Figure("packet.hash", view.ContentHash.ToString());
        _teller.Figure("packet.effectDigest", view.EffectDigest?.ToString());
    }

    private async Task HandInAsync(PacketContent packet, CancellationToken cancellationToken)
    {
        var drafted = await Wallet.DraftPacketAsync(IdempotencyKey.New(), packet, cancellationToken);
        var proposed = await Wallet.ProposePacketAsync(IdempotencyKey.New(), packet.Ref, packet.Revision, cancellationToken: cancellationToken);
        if (drafted is not CommandReply.Accepted || proposed is not CommandReply.Accepted)
            throw new DemoFailedException($"packet {packet.Ref.Id} was not taken:{Why(drafted)}{Why(proposed)}");
    }

    private async Task ShowLimitsAsync(CancellationToken cancellationToken)
    {
        _teller.Step("5", "Votes, limits, and an attacker");
        var big = Content("big", [new Leg.ChainTransfer("coin", [], Own, Shop, new(LocalChain.Coin, Team.Ether * 6), new(FeeBudget))], []);
        await HandInAsync(big, cancellationToken);
        var view = await PacketAsync(
            big.Ref, static view => view.State is "approving" or "rejected", "the judgement of 6 ether", cancellationToken);
        _teller.Check(view.Assessment?.Required.Approvals == 3, "6 ether is over the soft limit of 5: three of three", view.State);
        _teller.Figure("limits.escalatedTo", view.Assessment?.Required.Approvals);
        var judged = view;
        foreach (var member in (int[])[0, 1]) await CastAsync(big.Ref, await BuildVoteAsync(member, judged, cancellationToken), cancellationToken);
        view = await PacketAsync(big.Ref, static view => view.Votes.Length == 2, "two votes", cancellationToken);
        _teller.Check(view.State == "approving", "with two votes it still waits for the third", view.State);
        await CastAsync(big.Ref, await BuildVoteAsync(2, judged, cancellationToken, VoteDecision.Veto), cancellationToken);
        _vetoed = await PacketAsync(big.Ref, static view => view.State is not "approving", "the veto", cancellationToken);
        _teller.Check(
            _vetoed.Rejection?.Code == RejectionCode.Vetoed, "the third member vetoes it with an Ed25519 device, and it ends", _vetoed.State);

        var huge = Content("huge", [new Leg.ChainTransfer("coin", [], Own, Shop, new(LocalChain.Coin, Team.Ether * 60), new(FeeBudget))], []);
        await HandInAsync(huge, cancellationToken);
        view = await PacketAsync(huge.Ref, static view => view.State is "approving" or "rejected", "the judgement of 60 ether", cancellationToken);
        _teller.Check(view.Rejection?.Code == RejectionCode.HardLimit, "60 ether is over the hard cap of 50: refused", $"{view.Rejection?.Code}");
        _teller.Figure("limits.hardCap", view.Rejection?.Code.ToString());
    }

    private async Task<ImmutableArray<Vote>> VoteAsync(PacketRef packet, CancellationToken cancellationToken)
    {
        var view = await PacketAsync(packet, static view => view.State == "approving", "the packet", cancellationToken);
        var ana = await BuildVoteAsync(0, view, cancellationToken);
        var ben = await BuildVoteAsync(1, view, cancellationToken);
        var cleo = await BuildVoteAsync(2, view, cancellationToken);
        await ShowForgeriesAsync(packet, ben, cleo, cancellationToken);
        var reply = await CastAsync(packet, ana, cancellationToken);
        _teller.Check(reply is CommandReply.Accepted, $"{ana.Content.Member} approves", $"secp256k1{Why(reply)}");
        var again = await CastAsync(packet, ana, cancellationToken);
        _teller.Check(Code(again) == RejectionCode.VoteDuplicate, "the same vote again does not count twice", $"{Code(again)}");

        var lineage = await Wallet.ReadLineageAsync(_payer.Account, cancellationToken) ?? throw new DemoFailedException("no lineage");
        using var attacker = new Attacker(_stage.Places.SignerSocket, "hot");
        var outcome = await attacker.BeforeAsync(new(lineage.Genesis, lineage.Changes, view.Content, view.Bounds!, [ana, ben]), cancellationToken);
        Tell(outcome, "an attacker with the database, the votes and the silo's way to the signer");
        foreach (var (code, count) in outcome.Codes) _teller.Figure($"attacker.codes.{code}", count);

        reply = await CastAsync(packet, ben, cancellationToken);
        _teller.Check(reply is CommandReply.Accepted, $"{ben.Content.Member} approves", $"P-256: two of three{Why(reply)}");
        return [ana, ben, cleo];
    }

    private async Task ShowForgeriesAsync(PacketRef packet, Vote ben, Vote cleo, CancellationToken cancellationToken)
    {
        var swapped = await CastAsync(packet, ben with { Signature = cleo.Signature }, cancellationToken);
        _teller.Check(Code(swapped) == RejectionCode.VoteForged, "a vote with another device's signature is refused", $"{Code(swapped)}");
        var bytes = cleo.Signature.Span.ToArray();
        bytes[20] ^= 1;
        var flipped = await CastAsync(packet, cleo with { Signature = bytes }, cancellationToken);
        _teller.Check(Code(flipped) == RejectionCode.VoteForged, "a vote with one bit changed is refused", $"{Code(flipped)}");
        var stale = await CastAsync(packet, cleo with { Content = cleo.Content with { PolicyVersion = 2 } }, cancellationToken);
        _teller.Check(Code(stale) == RejectionCode.VoteVoid, "a vote under another policy is void", $"{Code(stale)}");
        _teller.Figure("forgedVotesRefused", ((CommandReply[])[swapped, flipped, stale]).Count(static reply => reply is CommandReply.Refused));
    }

    /// <summary>After the real signatures: the attacker now has everything that was ever signed, and asks for one more.</summary>
    private async Task ReplayAsync(PacketRef packet, ImmutableArray<Vote> votes, CancellationToken cancellationToken)
    {
        var view = await PacketAsync(packet, static _ => true, "the packet", cancellationToken);
        var lineage = await Wallet.ReadLineageAsync(_payer.Account, cancellationToken) ?? throw new DemoFailedException("no lineage");
        using var attacker = new Attacker(_stage.Places.SignerSocket, "hot");
        var outcome = await attacker.AfterAsync(new(lineage.Genesis, lineage.Changes, view.Content, view.Bounds!, votes), cancellationToken);
        Tell(outcome, "asked again for other nonces after it was signed");
    }

    private void Tell(AttackOutcome outcome, string what)
    {
        _attempts += outcome.Attempts;
        _signedForAttacker += outcome.Signed;
        var codes = string.Join(", ", outcome.Codes.Select(static pair => $"{pair.Key} {pair.Value}"));
        _teller.Check(
            outcome is { Signed: 0, Attempts: > 0, Unanswered: 0 }, $"{what}: {outcome.Attempts} attempts, signed {outcome.Signed}", codes);
        _teller.Figure("attacker.attempts", _attempts);
        _teller.Figure("attacker.signed", _signedForAttacker);
    }
}
