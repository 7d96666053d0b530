using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// What IntentRules is for nonces, for outputs: an output that was signed for one leg is signed for no other, and each version of a leg shares one with every
/// version before it (BIP-125), so that no two of them can both be mined. Only a leg that takes another's place, by votes that name it and the transaction
/// that made it impossible (SecondNonce), may spend what the other leaves behind.
/// </summary>
internal static class OutpointRules
{
    public static (Standing Standing, Rejection? Refusal) Check(
        ReadPayload.Bitcoin payload, Leg content, LegRef leg, Bytes32 packetHash, SignHistory history, Func<SpentOutput, ImmutableArray<LegRef>> claimants)
    {
        if (history.OfPacket.FirstOrDefault(fact => fact.PacketHash != packetHash) is { } other)
            return Refuse(RejectionCode.IntentConflict, $"packet {other.PacketHash}, which was signed under this id", packetHash.ToString());
        foreach (var input in payload.Inputs)
        {
            if (claimants(input).Cast<LegRef?>().FirstOrDefault(claimant => claimant != leg && claimant != content.Replaces?.Leg) is { } taken)
                return Refuse(RejectionCode.NonceConflict, $"{input} for {taken}, for which it was signed", leg.ToString());
        }

        Fact.IntentSigned[] versions = [.. history.OfPacket.Where(fact => fact.Leg == leg)];
        if (versions.FirstOrDefault(version => version.Address != history.Address) is { } elsewhere)
            return Refuse(RejectionCode.IntentConflict, $"{elsewhere.Address}, where this leg was signed", $"{history.Address}");
        if (versions.Length == 0)
        {
            return payload.NoOp
                ? Refuse(RejectionCode.NonceConflict, "an output that was signed for this leg", "a no-op of what was never signed")
                : (history.OfPacket.IsEmpty ? Standing.FirstOfPacket : Standing.FirstOfLeg, null);
        }

        foreach (var version in versions)
        {
            if (!version.Coins!.Inputs.Any(input => payload.Inputs.Contains(input.Output)))
                return Refuse(RejectionCode.IntentConflict, $"an output that {version.TxHash} spends", "others: both could be mined");
            if (payload.FeeSat <= version.Coins.FeeSat)
                return Refuse(RejectionCode.IntentConflict, $"a fee above {version.Coins.FeeSat} satoshis, which is signed (BIP-125)", $"{payload.FeeSat}");
        }

        return (Standing.Version, null);
    }

    private static (Standing Standing, Rejection? Refusal) Refuse(RejectionCode code, string expected, string actual) => (default, new(code, expected, actual));
}
