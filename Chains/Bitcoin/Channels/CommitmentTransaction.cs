using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>
/// A party's commitment transaction: what it can send to leave the channel with one state of it (BOLT-3, commitment transaction construction).
/// </summary>
/// <param name="Channel">What it spends.</param>
/// <param name="Owner">Who may send it; the other party signs it for the owner.</param>
/// <param name="State">What it says.</param>
/// <param name="Keys">Of this commitment alone.</param>
/// <param name="Unsigned">The transaction without its witness, which does not change its id.</param>
/// <param name="Outputs">What each output is for, in order.</param>
public sealed record CommitmentTransaction(
    BitcoinChannel Channel, ChannelRole Owner, CommitmentState State, CommitmentKeys Keys, BitcoinTransaction Unsigned, Items<CommitmentOutput> Outputs)
{
    private const int Version = 2;

    /// <summary>What miners get: the base fee, and all that became no output.</summary>
    public long FeeSat => Channel.FundingSat - Outputs.Sum(static output => output.Output.ValueSat);

    /// <summary>Blocks that the owner must wait for its own money.</summary>
    public int ToSelfDelay => Channel.Of(Owner).ToSelfDelay;

    /// <summary>The indices of HTLC outputs, in the order in which their signatures are sent (BOLT-2, commitment_signed).</summary>
    public IEnumerable<int> HtlcOutputs => Enumerable.Range(0, Outputs.Count).Where(index => Outputs[index].Purpose is OutputPurpose.OfHtlc);

    /// <summary>
    /// Makes it. Codes: those of <see cref="BitcoinChannel.Check"/>, <see cref="CommitmentState.Check"/> and <see cref="CommitmentKeys.Derive"/>, and channel.no-output
    /// where nothing is above dust.
    /// </summary>
    public static Decoded<CommitmentTransaction> Create(BitcoinChannel channel, ChannelRole owner, HexBytes perCommitmentPoint, CommitmentState state)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(state);
        if ((channel.Check() ?? state.Check(channel)) is { } unfit) return unfit;
        var (local, remote) = (channel.Of(owner), channel.Of(BitcoinChannel.Other(owner)));
        if (!CommitmentKeys.Derive(channel.Type, local.Basepoints, remote.Basepoints, perCommitmentPoint).TryGet(out var keys, out var refusal)) return refusal;
        Items<CommitmentOutput> outputs = [.. Sorted(OutputsOf(channel, owner, state, keys))];
        if (outputs.Count == 0) return new DecodeRefusal("channel.no-output", "an output above dust", "none");
        var (lockTime, sequence) = CommitmentNumber.Obscured(channel, state.Number);
        var unsigned = new BitcoinTransaction(Version, [new(channel.Funding, sequence)], [.. outputs.Select(static output => output.Output)], lockTime);
        return new CommitmentTransaction(channel, owner, state, keys, unsigned, outputs);
    }

    /// <summary>Whether an HTLC is too small for an output of a commitment transaction with this dust limit: what its HTLC transaction would leave is counted.</summary>
    public static bool IsTrimmed(ChannelType type, long dustLimitSat, long feeratePerKw, Htlc htlc)
    {
        ArgumentNullException.ThrowIfNull(htlc);
        return htlc.AmountSat - type.HtlcFeeSat(feeratePerKw, htlc.Direction) < dustLimitSat;
    }

    /// <summary>A party's signature, r ‖ s.</summary>
    public HexBytes Sign(PrivateKey fundingKey) => FundingInput.Sign(Channel, Unsigned, fundingKey);

    public bool IsSignedBy(ChannelRole role, HexBytes signature) => FundingInput.IsSignedBy(Channel, Unsigned, role, signature);

    /// <summary>What can be sent. Code: channel.signature.</summary>
    public Decoded<BitcoinTransaction> Complete(HexBytes openerSignature, HexBytes accepterSignature) =>
        FundingInput.Complete(Channel, Unsigned, openerSignature, accepterSignature);

    private static List<CommitmentOutput> OutputsOf(BitcoinChannel channel, ChannelRole owner, CommitmentState state, CommitmentKeys keys)
    {
        var (type, local, remote) = (channel.Type, channel.Of(owner), channel.Of(BitcoinChannel.Other(owner)));
        var made = state.Htlcs.Where(htlc => !IsTrimmed(type, local.DustLimitSat, state.FeeratePerKw, htlc))
            .Select(htlc => CommitmentOutput.Of(new OutputPurpose.OfHtlc(htlc), htlc.AmountSat, ChannelScripts.HtlcOutput(type, keys, htlc))).ToList();
        var fromOpener = type.CommitmentFeeSat(state.FeeratePerKw, made.Count) + type.AnchorsSat();
        var (toLocal, toRemote) = (state.ToLocalMsat / CommitmentState.MsatPerSat, state.ToRemoteMsat / CommitmentState.MsatPerSat);
        // An opener that cannot pay the whole fee pays what it has (appendix C, fee greater than funder amount).
        if (owner == ChannelRole.Opener) toLocal = Math.Max(0, toLocal - fromOpener);
        else toRemote = Math.Max(0, toRemote - fromOpener);
        var (localMade, remoteMade, anyHtlc) = (toLocal >= local.DustLimitSat, toRemote >= local.DustLimitSat, made.Count > 0);
        if (localMade)
        {
            var script = ChannelScripts.ToLocal(keys.RevocationPubkey, local.ToSelfDelay, keys.LocalDelayedPubkey);
            made.Add(CommitmentOutput.Of(new OutputPurpose.ToLocal(), toLocal, script));
        }

        if (remoteMade) made.Add(ToRemote(type, toRemote, keys.RemotePubkey));
        if (type.HasAnchors() && (localMade || anyHtlc)) made.Add(Anchor(new OutputPurpose.LocalAnchor(), local));
        if (type.HasAnchors() && (remoteMade || anyHtlc)) made.Add(Anchor(new OutputPurpose.RemoteAnchor(), remote));
        return made;
    }

    private static CommitmentOutput ToRemote(ChannelType type, long valueSat, HexBytes remotePubkey) => type.HasAnchors()
        ? CommitmentOutput.Of(new OutputPurpose.ToRemote(), valueSat, ChannelScripts.ToRemote(remotePubkey))
        : new(new OutputPurpose.ToRemote(), new(valueSat, OutputScript.WitnessPubKeyHash(remotePubkey.Span)), default);

    private static CommitmentOutput Anchor(OutputPurpose purpose, ChannelParty party) =>
        CommitmentOutput.Of(purpose, ChannelTypes.AnchorSat, ChannelScripts.Anchor(party.Basepoints.FundingPubkey));

    /// <summary>By value, then script, then expiry: HTLCs that look the same have HTLC transactions that do not.</summary>
    private static IEnumerable<CommitmentOutput> Sorted(IEnumerable<CommitmentOutput> outputs) => outputs
        .Order(Comparer<CommitmentOutput>.Create(static (one, other) => OutputOrder.Compare(one.Output, other.Output) is not 0 and var order
            ? order
            : ExpiryOf(one).CompareTo(ExpiryOf(other))));

    private static uint ExpiryOf(CommitmentOutput output) => output.Purpose is OutputPurpose.OfHtlc { Htlc.CltvExpiry: var expiry } ? expiry : 0;
}
