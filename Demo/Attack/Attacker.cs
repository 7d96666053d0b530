using System.Security.Cryptography;
using TPWallet.Chains.Ethereum;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Grains.Signing;

namespace TPWallet.Demo.Attack;

/// <summary>What an attacker got: how often the signer was asked, what it signed, and why it refused.</summary>
/// <param name="Unanswered">Attempts without a definite answer: a refusal must be one.</param>
internal sealed record AttackOutcome(int Attempts, int Signed, int Unanswered, SortedDictionary<RejectionCode, int> Codes);

/// <summary>
/// Owns the silo's machine: reads everything in its database, real votes among it, and speaks to the signer over the silo's own socket. What he
/// does not have are the members' devices.
/// </summary>
internal sealed class Attacker(string socket, Name key) : IDisposable
{
    /// <summary>How often each kind of lie is told before the packet is signed, with another random change each time.</summary>
    private const int Rounds = 20;

    private const ulong Gas = 60_000;

    private static readonly Address Loot = Address.Parse("0x000000000000000000000000000000000000dead");

    private readonly SignerClient _signer = new(new SignerClientOptions { SocketPath = socket });
    private readonly SortedDictionary<RejectionCode, int> _codes = [];
    private int _attempts;
    private int _signed;
    private int _unanswered;

    /// <summary>Tries while the packet has its votes but nothing is signed.</summary>
    public async Task<AttackOutcome> BeforeAsync(PacketAuthorisation real, CancellationToken cancellationToken)
    {
        var leg = (Leg.ChainTransfer)real.Packet.Legs[0];
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var lie in Lies(real, leg)) await TryAsync(lie.Authorisation, lie.Leg, lie.Payload, cancellationToken);
        }

        return Outcome;
    }

    /// <summary>Tries when the legs are signed: the same intent at further nonces.</summary>
    public async Task<AttackOutcome> AfterAsync(PacketAuthorisation real, CancellationToken cancellationToken)
    {
        foreach (var leg in real.Packet.Legs.OfType<Leg.ChainTransfer>())
            for (var nonce = 2UL; nonce < 2 + Rounds; nonce++) await TryAsync(real, leg.Id, Payload(leg, nonce), cancellationToken);
        return Outcome;
    }

    public void Dispose() => _signer.Dispose();

    private AttackOutcome Outcome => new(_attempts, _signed, _unanswered, _codes);

    private static IEnumerable<(PacketAuthorisation Authorisation, Name Leg, EthereumTransaction Payload)> Lies(
        PacketAuthorisation real, Leg.ChainTransfer leg)
    {
        var honest = Payload(leg, 0);
        var (first, second) = (real.Votes[0], real.Votes[1]);

        // Another payload under real votes.
        yield return (real, leg.Id, honest with { To = Loot });
        yield return (real, leg.Id, honest with { Value = leg.Amount.Value + 1 });
        yield return (real, leg.Id, honest with { Data = RandomNumberGenerator.GetBytes(4) });
        yield return (real, leg.Id, honest with { ChainId = 1 });
        yield return (real, leg.Id, honest with { MaxFeePerGas = leg.Fee.Max });
        yield return (real, "inside", honest);

        // Another packet under real votes.
        var stolen = leg with { To = Loot };
        yield return (real with { Packet = With(real.Packet, stolen) }, leg.Id, Payload(stolen, 0));
        var more = leg with { Amount = leg.Amount with { Value = leg.Amount.Value + 1 } };
        yield return (real with { Packet = With(real.Packet, more) }, leg.Id, Payload(more, 0));
        yield return (real with { Packet = real.Packet with { Revision = 2 } }, leg.Id, honest);
        yield return (real with { Bounds = real.Bounds with { Addresses = [] } }, leg.Id, honest);

        // Too few votes, forged votes, votes turned round.
        yield return (real with { Votes = [] }, leg.Id, honest);
        yield return (real with { Votes = [first] }, leg.Id, honest);
        yield return (real with { Votes = [first, first] }, leg.Id, honest);
        yield return (real with { Votes = [first, Flip(second)] }, leg.Id, honest);
        yield return (real with { Votes = [first, second with { Signature = first.Signature }] }, leg.Id, honest);
        yield return (real with { Votes = [first, second with { Content = second.Content with { Member = "cleo" } }] }, leg.Id, honest);
        yield return (real with { Votes = [first, second with { Content = second.Content with { PolicyVersion = 2 } }] }, leg.Id, honest);
        yield return (real with { Votes = [first, second with { Content = second.Content with { PolicyHash = Random() } }] }, leg.Id, honest);
        yield return (real with { Votes = [first, second with { Content = second.Content with { RosterHash = Random() } }] }, leg.Id, honest);

        // A genesis or a history of his own.
        var own = Rewrite(real.Genesis);
        yield return (real with { Genesis = own }, leg.Id, honest);
        yield return (real with { Genesis = real.Genesis with { Policy = Lax(real.Genesis.Policy) }, Votes = [first] }, leg.Id, honest);
        yield return (real with { Lineage = [Enacted(real)], Votes = [first] }, leg.Id, honest);
    }

    private async Task TryAsync(PacketAuthorisation authorisation, Name leg, EthereumTransaction payload, CancellationToken cancellationToken)
    {
        var request = new SignRequest(
            Guid.NewGuid(), key, ChainOf(authorisation), new SigningPayload.EvmSpend(leg, payload.UnsignedPayload()), authorisation);
        _attempts++;
        switch (await _signer.SignAsync(request, cancellationToken))
        {
            case SignOutcome.Signed:
                _signed++;
                break;
            case SignOutcome.Refused refused:
                _codes[refused.Rejection.Code] = _codes.GetValueOrDefault(refused.Rejection.Code) + 1;
                break;
            default:
                _unanswered++;
                break;
        }
    }

    private static ChainId ChainOf(PacketAuthorisation authorisation) =>
        authorisation.Packet.Legs.OfType<Leg.ChainTransfer>().First().Amount.Asset.Chain;

    private static EthereumTransaction.DynamicFee Payload(Leg.ChainTransfer leg, ulong nonce)
    {
        var call = LegCall.Of(leg).Value;
        return new EthereumTransaction.DynamicFee(
            call.Chain.EvmNumber, nonce, 1_000_000_000, 3_000_000_000, Gas, call.To, call.Value, call.Data, []);
    }

    private static PacketContent With(PacketContent packet, Leg.ChainTransfer leg) =>
        packet with { Legs = [.. packet.Legs.Select(old => old.Id == leg.Id ? leg : old)] };

    private static Vote Flip(Vote vote)
    {
        var bytes = vote.Signature.Span.ToArray();
        bytes[RandomNumberGenerator.GetInt32(bytes.Length)] ^= (byte)(1 << RandomNumberGenerator.GetInt32(8));
        return vote with { Signature = bytes };
    }

    private static Bytes32 Random() => Bytes32.From(RandomNumberGenerator.GetBytes(UInt256.Size));

    /// <summary>His own device in the place of a member's, in the row where the database holds the genesis.</summary>
    private static Genesis Rewrite(Genesis genesis)
    {
        using var device = DeviceKey.Create(SignatureScheme.Secp256k1);
        var member = genesis.Members[0];
        return genesis with { Members = genesis.Members.SetItem(0, member with { Devices = [device.ToDevice(member.Devices[0].Id)] }) };
    }

    private static Policy Lax(Policy policy) =>
        policy with { Rules = [.. policy.Rules.Select(static rule => rule with { Quorum = rule.Quorum with { Approvals = 1 } })], Limits = [] };

    private static EnactedChange Enacted(PacketAuthorisation real)
    {
        var policy = Lax(real.Genesis.Policy) with { Version = 2 };
        var at = real.Votes[0].Content.IssuedAt;
        return new(new("lax", real.Packet.Ref.Owner, 1, new AccountChange.NewPolicy(policy), "ana", at), real.Votes, at + Span.Hours(24));
    }
}
