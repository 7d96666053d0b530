using System.Formats.Asn1;
using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Fuzzing;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Authority;

/// <summary>
/// 100,000 inputs each into the reading of votes and into the check of their signatures, half of them mutations of good votes of every scheme and
/// purpose: a vote that was cast, or a typed refusal. Nothing that no device signed is ever a vote.
/// </summary>
public sealed class VoteFuzzTests
{
    private static readonly Person Wanda = new("wanda", SignatureScheme.WebAuthn);
    private static readonly Governance _governance = Governance.FromGenesis(GenesisOf(StandardPolicy, [.. All, Wanda]));
    private static readonly VoteTerms _terms = VoteTerms.Of(_governance);
    private static readonly Stamp _now = new(Start, Start + Span.Seconds(60));
    private static readonly Dictionary<VotePurpose, VoteSubject> _subjects = Subjects().ToDictionary(static subject => subject.Purpose);
    private static readonly Vote[] _cast = [.. Cast()];

    [Fact]
    public void Vote_AnyJson_IsOneThatWasCastOrRefused()
    {
        // P-256 signatures have a twin with the other s, and the text of a JSON vote is free: it is what was signed that must be known.
        var known = _cast.Select(static vote => vote.Content).ToHashSet();
        byte[][] valid = [.. _cast.Select(static vote => JsonSerializer.SerializeToUtf8Bytes(vote, ContractJson.Default.Vote))];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, input =>
        {
            Vote? vote;
            try
            {
                vote = JsonSerializer.Deserialize(input, ContractJson.Default.Vote);
            }
            catch (JsonException)
            {
                return "json";
            }

            if (vote is null) return "null";
            var subject = _subjects.GetValueOrDefault(vote.Content.Purpose, _subjects[VotePurpose.Packet]);
            if (VoteCheck.Check(vote, subject, _terms, _now) is { } rejection) return rejection.Code.ToString();
            return known.Contains(vote.Content) ? null : throw new InvalidOperationException("Taken for a vote that nobody cast.");
        }, JsonMutation.Apply);
        codes.Keys.Should().OnlyContain(static code => code.Length == 0 || code == "json" || code == "null" || Enum.IsDefined(Enum.Parse<RejectionCode>(code)));
        codes.Should().ContainKeys(
            "", "json", nameof(RejectionCode.VoteWrongSubject), nameof(RejectionCode.UnknownMember), nameof(RejectionCode.UnknownDevice),
            nameof(RejectionCode.VoteVoid), nameof(RejectionCode.VoteExpired), nameof(RejectionCode.VoteForged), nameof(RejectionCode.RoleMissing));
    }

    [Fact]
    public void Signature_AnyBytes_AreTheDevicesOrRefused()
    {
        var subject = _subjects[VotePurpose.Freeze];
        Vote[] votes =
        [
            .. new[] { Ana, Ben, Cleo, Wanda }.SelectMany(voter => Enumerable.Range(0, 10).Select(at => voter.Vote(subject, _terms, Start + Span.Seconds(at)))),
        ];
        var made = votes.Select(static vote => vote.Signature).ToHashSet();
        var twins = votes.Where(static vote => vote.Content.Member == Ben.Id || vote.Content.Member == Wanda.Id)
            .Select(static vote => Twin(vote.Signature)).ToHashSet();
        byte[][] valid = [.. made.Concat(twins).Select(static signature => signature.Span.ToArray())];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, input =>
        {
            // With the content of the vote whose signature it began as, where there is one: then only the change can be what refuses it.
            var begun = votes.MaxBy(vote => input.AsSpan().CommonPrefixLength(vote.Signature.Span))!;
            if (!input.AsSpan().StartsWith(begun.Signature.Span[..4])) begun = votes[input.Length % votes.Length];
            if (VoteCheck.Check(begun with { Signature = input }, subject, _terms, _now) is { } rejection) return rejection.Code.ToString();
            return made.Contains(input) || twins.Contains(input) ? null : throw new InvalidOperationException("Taken for a signature that no device made.");
        });
        codes.Keys.Should().BeEquivalentTo(["", nameof(RejectionCode.VoteForged)]);
    }

    [Fact]
    public void PublicKey_AnyBytes_VerifyForTheirOwnDeviceOnly()
    {
        // Keys come from outside too: with the genesis and with each roster.
        var schemes = Enum.GetValues<SignatureScheme>();
        var people = schemes.ToDictionary(static scheme => scheme, static scheme => new Person("ana", scheme));
        var signatures = people.ToDictionary(static pair => pair.Key, static pair => pair.Value.Sign(Deployment));
        byte[] uncompressed = new byte[P256.UncompressedLength];
        P256.TryDecompress(people[SignatureScheme.P256].PublicKey.Span, uncompressed).Should().BeTrue();
        byte[][] valid = [.. people.Values.Select(static person => person.PublicKey.Span.ToArray()), uncompressed];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, input =>
        {
            var scheme = schemes[input.Length == 0 ? 0 : input[^1] % schemes.Length];
            var isKey = SignatureCheck.IsPublicKey(scheme, input);
            if (isKey && scheme is SignatureScheme.P256 or SignatureScheme.WebAuthn && !P256.IsValidPublicKey(input))
                throw new InvalidOperationException("A key that is no point.");
            if (P256.IsValidPublicKey(input) && !P256.TryDecompress(input, new byte[P256.UncompressedLength]))
                throw new InvalidOperationException("A point that has no long form.");
            var verified = SignatureCheck.Verify(scheme, input, Deployment, signatures[scheme]);
            if (verified != people[scheme].PublicKey.Equals((HexBytes)input)) throw new InvalidOperationException("Another key, the same signature.");
            return verified ? null : isKey ? "another key" : "no key";
        });
        codes.Should().ContainKeys("", "another key", "no key");
    }

    [Fact]
    public void WebAuthnClientData_AnyJson_AnswersTheChallengeOrIsRefused()
    {
        var voter = new Person("ana", SignatureScheme.WebAuthn);
        var digest = Deployment;
        var whole = voter.Sign(digest).Span.ToArray();
        var (authenticator, client, tail) = Parts(whole);
        var codes = Fuzz.Run(Random.Shared.Next(), [client, Escaped(client)], input =>
        {
            if (input.Length > WebAuthnSignature.MaxPart) return "too long";
            var verified = SignatureCheck.Verify(SignatureScheme.WebAuthn, voter.PublicKey, digest, WebAuthnSignature.Encode(authenticator, input, tail));
            return verified == input.AsSpan().SequenceEqual(client)
                ? verified ? null : "refused"
                : throw new InvalidOperationException("Other client data than was signed.");
        }, JsonMutation.Apply);
        codes.Should().ContainKeys("refused");
        SignatureCheck.Verify(SignatureScheme.WebAuthn, voter.PublicKey, digest, whole).Should().BeTrue();
    }

    [Fact]
    public void DerSignature_AnyBytes_AreReadCanonicallyOrRefused()
    {
        byte[][] valid = [.. _cast.Where(static vote => vote.Signature.Length == 64).Select(static vote => Der(vote.Signature.Span))];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, input =>
        {
            var compact = new byte[P256.SignatureLength];
            if (!P256.TryReadDer(input, compact)) return "refused";
            return Der(compact).AsSpan().SequenceEqual(input) ? null : throw new InvalidOperationException("Two encodings of one signature.");
        });
        codes.Should().ContainKeys("", "refused");
    }

    private static IEnumerable<Vote> Cast()
    {
        foreach (var subject in _subjects.Values)
        {
            foreach (var voter in (Person[])[Ana, Ben, Cleo, Wanda, Olga])
            {
                yield return voter.Vote(subject, _terms, Start);
                yield return voter.Vote(subject, _terms, Start, VoteDecision.Veto, Span.Hours(1));
            }
        }
    }

    private static IEnumerable<VoteSubject> Subjects()
    {
        yield return new VoteSubject.Packet(Packet(_governance.Account, "rent", Transfer("a", Ether)), Bounds.Empty);
        yield return new VoteSubject.Freeze(_governance.Account, 1);
        AccountChange[] changes =
        [
            new AccountChange.NewPolicy(StandardPolicy with { Version = 2 }), new AccountChange.NewRoster(_governance.Roster with { Version = 2 }),
            new AccountChange.AllowDestination(new(Chain, AddressOf("payee").Value)), new AccountChange.Unfreeze(1),
        ];
        foreach (var change in changes) yield return new VoteSubject.Change(new("c1", _governance.Account, 1, change, Ana.Id, Start));
    }

    /// <summary>The signature with n − s in place of s, n being the order of P-256 (SEC 2, 2.4.2); other lengths as they are.</summary>
    private static HexBytes Twin(HexBytes signature)
    {
        var bytes = signature.Span.ToArray();
        if (bytes.Length < 32) return bytes;
        var s = UInt256.FromBigEndian(bytes.AsSpan(bytes.Length - 32));
        var order = Bytes32.Parse("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").Number;
        if (s < order) (order - s).ToBigEndian(bytes.AsSpan(bytes.Length - 32));
        return bytes;
    }

    private static (byte[] Authenticator, byte[] Client, byte[] Signature) Parts(byte[] assertion)
    {
        var first = (assertion[0] << 8) | assertion[1];
        var second = (assertion[2 + first] << 8) | assertion[3 + first];
        return (assertion[2..(2 + first)], assertion[(4 + first)..(4 + first + second)], assertion[(4 + first + second)..]);
    }

    /// <summary>The same client data with its member names escaped: equal to a JSON reader, other bytes to the signature.</summary>
    private static byte[] Escaped(byte[] client) =>
        System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(client).Replace("\"type\"", "\"\\u0074ype\"", StringComparison.Ordinal));

    private static byte[] Der(ReadOnlySpan<byte> compact)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(compact[..32].TrimStart((byte)0));
            writer.WriteIntegerUnsigned(compact[32..].TrimStart((byte)0));
        }

        return writer.Encode();
    }
}
