using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>How a payload stands to what was signed before.</summary>
internal enum Standing
{
    /// <summary>The packet's first signature.</summary>
    FirstOfPacket,

    /// <summary>The leg's first signature; another leg of the packet was signed before.</summary>
    FirstOfLeg,

    /// <summary>Another version of what was signed at this nonce: defence, which nothing stops.</summary>
    Version,
}

/// <summary>
/// One intent per nonce and one nonce per leg (design.md, Authority), so that no two signed payloads of one leg can both be mined. Within its packet a leg
/// never moves to a second nonce; see SecondNonce for how its intent does.
/// </summary>
internal static class IntentRules
{
    public static (Standing Standing, Rejection? Refusal) Check(ReadPayload.Evm payload, LegRef leg, Bytes32 packetHash, SignHistory history)
    {
        if (history.OfPacket.FirstOrDefault(fact => fact.PacketHash != packetHash) is { } other)
            return Refuse(RejectionCode.IntentConflict, $"packet {other.PacketHash}, which was signed under this id", packetHash.ToString());
        var nonce = payload.Transaction.Nonce;
        if (history.AtNonce.FirstOrDefault(fact => fact.Leg != leg) is { } taken)
            return Refuse(RejectionCode.NonceConflict, $"leg {taken.Leg} at nonce {nonce}", leg.ToString());
        if (history.OfPacket.FirstOrDefault(fact => fact.Leg == leg && (fact.Nonce != nonce || fact.Address != history.Address)) is { } placed)
            return Refuse(RejectionCode.IntentConflict, $"nonce {placed.Nonce}, where this leg was signed", $"nonce {nonce}");
        if (history.AtNonce.IsEmpty)
        {
            if (payload.NoOp) return Refuse(RejectionCode.NonceConflict, "a nonce at which this leg was signed", $"nonce {nonce}");
            return (history.OfPacket.IsEmpty ? Standing.FirstOfPacket : Standing.FirstOfLeg, null);
        }

        return (Standing.Version, CheckBump(payload.Terms, history.AtNonce));
    }

    /// <summary>Nodes take a replacement only where both fees rise (geth: by 10 %); how much is the lane's matter, that they rise is ours.</summary>
    private static Rejection? CheckBump(GasTerms terms, ImmutableArray<Fact.IntentSigned> versions)
    {
        foreach (var version in versions)
        {
            if (terms.MaxFeePerGas <= version.Terms.MaxFeePerGas || terms.MaxPriorityFeePerGas <= version.Terms.MaxPriorityFeePerGas)
            {
                return new(
                    RejectionCode.IntentConflict,
                    $"fees above {version.Terms.MaxFeePerGas} and {version.Terms.MaxPriorityFeePerGas} wei per gas, which are signed",
                    $"{terms.MaxFeePerGas} and {terms.MaxPriorityFeePerGas}");
            }
        }

        return null;
    }

    private static (Standing Standing, Rejection? Refusal) Refuse(RejectionCode code, string expected, string actual) =>
        (default, new(code, expected, actual));
}
