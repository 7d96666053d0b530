using System.Text;
using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>
/// What a thief of the silo can make of a valid request: everything but the members' signatures and the signer's store is his. Every mutation
/// changes the meaning of what was voted; none is a rewording.
/// </summary>
internal sealed class Tampering(SignerScene scene, SignRequest valid, SignRequest former)
{
    private static readonly Person Thief = new("ana", Roles.Owner | Roles.Approver, SignatureScheme.Secp256k1, "stolen");

    private readonly byte[] _json = JsonSerializer.SerializeToUtf8Bytes(valid, ContractJson.Default.SignRequest);

    public static IReadOnlyList<string> Kinds { get; } = ["leg", "payload", "policy", "roster", "vote", "nonce", "stale version", "bytes"];

    private PacketAuthorisation Bundle => valid.Authorisation;

    /// <summary>A tampered request as the body that the thief sends.</summary>
    public byte[] Make(string kind, Random random)
    {
        if (kind == "bytes") return Bytes(random);
        var request = kind switch
        {
            "leg" => Leg(random),
            "payload" => Payload(random),
            "policy" => Policy(random),
            "roster" => Roster(random),
            "vote" => Vote(random),
            "nonce" => Nonce(random),
            _ => Stale(random),
        };
        return JsonSerializer.SerializeToUtf8Bytes(request with { RequestId = NewId(random) }, ContractJson.Default.SignRequest);
    }

    private static Guid NewId(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new(bytes);
    }

    private static Address AnyAddress(Random random)
    {
        var bytes = new byte[20];
        random.NextBytes(bytes);
        return Address.From(bytes);
    }

    private static HexBytes AnyBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Bytes32 AnyHash(Random random) => Bytes32.From(AnyBytes(random, 32).Span);

    /// <summary>The packet says something else, and the payload fits what it says.</summary>
    private SignRequest Leg(Random random)
    {
        var legs = Bundle.Packet.Legs;
        var leg = (Leg.ChainTransfer)legs[1];
        leg = random.Next(5) switch
        {
            0 => leg with { To = AnyAddress(random) },
            1 => leg with { Amount = leg.Amount with { Value = leg.Amount.Value + (ulong)random.NextInt64(1, long.MaxValue) } },
            2 => leg with { Amount = leg.Amount with { Value = leg.Amount.Value - (ulong)random.NextInt64(1, 1_000_000) } },
            3 => leg with { Fee = new(leg.Fee.Max + (ulong)random.NextInt64(1, long.MaxValue)) },
            _ => leg with { Amount = new(AssetId.Erc20(People.Chain, AnyAddress(random)), leg.Amount.Value) },
        };
        var packet = Bundle.Packet with { Legs = random.Next(2) == 0 ? [legs[0], leg] : [legs[0], leg, scene.Transfer("c", (ulong)random.NextInt64(1, 1000))] };
        if (random.Next(2) == 0) packet = packet with { Ref = packet.Ref with { Id = $"pay-{random.Next()}" } };
        return scene.Spend(Bundle with { Packet = packet }, "b", scene.Transaction(leg, 6, gas: 90_000));
    }

    private SignRequest Payload(Random random)
    {
        var good = scene.Transaction(Bundle.Packet.Legs[1], 6);
        EthereumTransaction bad = random.Next(9) switch
        {
            0 => good with { To = AnyAddress(random) },
            1 => good with { Value = good.Value + (ulong)random.NextInt64(1, long.MaxValue) },
            2 => good with { Value = good.Value - (ulong)random.NextInt64(1, long.MaxValue / 16) },
            3 => good with { Data = AnyBytes(random, random.Next(1, 100)), GasLimit = 100_000 },
            4 => good with { ChainId = (ulong)random.NextInt64(1, 31337) },
            5 => good with { Access = [new AccessEntry(AnyAddress(random), [])], GasLimit = 60_000 },
            6 => good with { MaxFeePerGas = SignerScene.Gwei * (ulong)random.NextInt64(500, 1_000_000_000) },
            7 => new EthereumTransaction.Legacy(good.ChainId, 6, good.MaxFeePerGas, good.GasLimit, good.To, good.Value, good.Data),
            _ => new EthereumTransaction.AccessList(good.ChainId, 6, good.MaxFeePerGas, good.GasLimit, good.To, good.Value, good.Data, []),
        };
        var bytes = bad.UnsignedPayload();
        return valid with
        {
            Payload = random.Next(10) switch
            {
                0 => new SigningPayload.EvmNoOp("b", good.UnsignedPayload()),
                1 => new SigningPayload.EvmSpend("b", (byte[])[.. bytes, (byte)random.Next(256)]),
                2 => new SigningPayload.EvmSpend("b", bytes[..random.Next(bytes.Length)]),
                3 => new SigningPayload.EvmSpend("a", good.UnsignedPayload()),
                4 => new SigningPayload.EvmSpend("b", AnyBytes(random, 32)),
                _ => new SigningPayload.EvmSpend("b", bytes),
            },
        };
    }

    /// <summary>A policy that asks for less, in the genesis, in place of the change in force, or as the next change with votes of the thief.</summary>
    private SignRequest Policy(Random random)
    {
        var weak = People.StandardPolicy with
        {
            Rules = [People.Rule($"r{random.Next()}", [EffectKind.NativeOut], new(1, Roles.Approver))],
            Limits = [],
            Version = 2,
        };
        var link = Bundle.Lineage[0];
        return With(random.Next(4) switch
        {
            0 => Bundle with { Genesis = Bundle.Genesis with { Policy = weak with { Version = 1 } } },
            1 => Bundle with { Lineage = [link with { Proposal = link.Proposal with { Change = new AccountChange.NewPolicy(weak) } }] },
            2 => Bundle with { Lineage = [link, Forged(new AccountChange.NewPolicy(weak with { Version = 3 }), random)] },
            _ => Bundle with { Lineage = [Forged(new AccountChange.NewPolicy(weak), random) with { Proposal = link.Proposal with { Change = new AccountChange.NewPolicy(weak) } }] },
        });
    }

    private SignRequest Roster(Random random)
    {
        var device = new Device("stolen", SignatureScheme.Secp256k1, Thief.PublicKey, default);
        var members = Bundle.Genesis.Members;
        var index = random.Next(3);
        var infected = members.SetItem(index, members[index] with
        {
            Devices = random.Next(2) == 0 ? [device] : members[index].Devices.Add(device with { Id = $"d{random.Next()}" }),
        });
        return With(random.Next(3) switch
        {
            0 => Bundle with { Genesis = Bundle.Genesis with { Members = infected } },
            1 => Bundle with { Genesis = Bundle.Genesis with { Members = members.RemoveAt(index) } },
            _ => Bundle with { Lineage = Bundle.Lineage.Add(Forged(new AccountChange.NewRoster(new(2, infected)), random)) },
        });
    }

    /// <summary>Two votes are needed and two are there: each mutation leaves one good vote at most.</summary>
    private SignRequest Vote(Random random)
    {
        var votes = Bundle.Votes;
        var index = random.Next(votes.Length);
        var (vote, other) = (votes[index], votes[1 - index]);
        var content = vote.Content;
        var signature = vote.Signature.Span.ToArray();
        signature[random.Next(signature.Length)] ^= (byte)(1 << random.Next(8));
        var bad = random.Next(12) switch
        {
            0 => vote with { Signature = signature },
            1 => vote with { Content = content with { Decision = VoteDecision.Veto } },
            2 => vote with { Content = content with { Member = "cleo" } },
            3 => vote with { Content = content with { ExpiresAt = content.ExpiresAt + new Span(random.NextInt64(1, 1_000_000_000)) } },
            4 => vote with { Content = content with { IssuedAt = new(content.IssuedAt.UnixMs - random.NextInt64(1, 1_000_000_000)) } },
            5 => vote with { Content = content with { SubjectHash = AnyHash(random) } },
            6 => vote with { Content = content with { EffectDigest = AnyHash(random) } },
            7 => vote with { Content = content with { PolicyVersion = content.PolicyVersion + random.Next(1, 1000) } },
            8 => vote with { Content = content with { RosterHash = AnyHash(random) } },
            9 => vote with { Content = content with { AccountHead = AnyHash(random) } },
            10 => other,
            _ => Thief.SignVote(new VoteSubject.Packet(Bundle.Packet, Bundle.Bounds), scene.Genesis.Deployment, content with { AccountHead = AnyHash(random) }),
        };
        return With(Bundle with { Votes = random.Next(8) == 0 ? [other] : votes.SetItem(index, bad) });
    }

    /// <summary>Leg a is signed at nonce 5: it may go nowhere else, and nothing else may go there.</summary>
    private SignRequest Nonce(Random random)
    {
        var elsewhere = (ulong)random.NextInt64(6, long.MaxValue);
        return random.Next(4) switch
        {
            0 => scene.Spend(Bundle, "a", elsewhere, feeGwei: (ulong)random.Next(1, 60)),
            1 => scene.Spend(Bundle, "b", 5, feeGwei: (ulong)random.Next(21, 60)),
            2 => scene.Spend(Bundle, "a", 5, feeGwei: (ulong)random.Next(1, 20)),
            _ => scene.NoOp(Bundle, random.Next(2) == 0 ? "a" : "b", elsewhere, feeGwei: (ulong)random.Next(1, 60)),
        };
    }

    /// <summary>Real votes of real members, but under the policy that is no longer in force.</summary>
    private SignRequest Stale(Random random) => random.Next(3) switch
    {
        0 => former,
        1 => former with { Authorisation = former.Authorisation with { Lineage = Bundle.Lineage } },
        _ => valid with { Authorisation = Bundle with { Lineage = [], Votes = former.Authorisation.Votes } },
    };

    /// <summary>
    /// One byte of the body becomes another. Left alone: the request id and the payload (their values are free: the payload has a kind of its own)
    /// and the instant of enactment, which no vote binds.
    /// </summary>
    private byte[] Bytes(Random random)
    {
        var body = (byte[])_json.Clone();
        var text = Encoding.UTF8.GetString(_json);
        while (true)
        {
            var at = random.Next(body.Length);
            if (IsFree(text, at, "\"requestId\":") || IsFree(text, at, "\"unsigned\":") || IsFree(text, at, "\"enactedAt\":")) continue;
            var replacement = (byte)random.Next(0x20, 0x7f);
            if (replacement == body[at]) continue;
            body[at] = replacement;
            return body;
        }
    }

    private static bool IsFree(string text, int at, string name)
    {
        var start = text.IndexOf(name, StringComparison.Ordinal) + name.Length;
        var end = text.AsSpan(start).IndexOfAny(',', '}') + start;
        return at >= start && at < end;
    }

    private EnactedChange Forged(AccountChange change, Random random)
    {
        var governance = scene.Governance();
        var proposal = new ChangeProposal($"c{random.Next()}", scene.Account, governance.ChangesEnacted + 1, change, "cleo", scene.Now - Span.Hours(60));
        var subject = new VoteSubject.Change(proposal);
        ImmutableArray<Vote> votes =
            [.. new Name[] { "ana", "ben" }.Select(member => (Thief with { Id = member }).Vote(subject, VoteTerms.Of(governance), scene.Now - Span.Hours(60)))];
        return new(proposal, votes, scene.Now - Span.Hours(1));
    }

    private SignRequest With(PacketAuthorisation bundle) => valid with { Authorisation = bundle };
}
