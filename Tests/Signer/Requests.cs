using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>Requests for a signer that runs on the real clock.</summary>
internal static class Requests
{
    /// <summary>One ether from the key to a payee at nonce 0, voted by Ana and Ben now.</summary>
    public static SignRequest Plain(Genesis genesis, KeyAttestation key)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var gwei = SignerScene.Gwei;
        var leg = new Leg.ChainTransfer("a", [], key.Address, People.AddressOf("payee"), new(People.Eth, People.Ether), new(gwei * 10_000_000));
        var packet = People.Packet(key.Account, "pay", leg) with { OpenBefore = now + Span.Hours(24), SettleBefore = now + Span.Hours(48) };
        var (subject, terms) = (new VoteSubject.Packet(packet, Bounds.Empty), VoteTerms.Of(Governance.FromGenesis(genesis)));
        var transaction = new EthereumTransaction.DynamicFee(key.Chain.EvmNumber, 0, gwei, gwei * 20, 21_000, leg.To, leg.Amount.Value, HexBytes.Empty, []);
        return new(
            Guid.NewGuid(), key.Key, key.Chain, new SigningPayload.EvmSpend("a", transaction.UnsignedPayload()),
            new(genesis, [], packet, Bounds.Empty, [People.Ana.Vote(subject, terms, now), People.Ben.Vote(subject, terms, now)]));
    }
}
