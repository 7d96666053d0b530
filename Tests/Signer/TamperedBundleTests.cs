using System.Collections.Concurrent;
using System.Text;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Host;
using TPWallet.Tests.Domain;
using Xunit.Abstractions;

namespace TPWallet.Tests.Signer;

/// <summary>The attack of the issue: 100,000 tampered bundles, through the signer's own reader and checks; not one is signed.</summary>
public sealed class TamperedBundleTests(ITestOutputHelper output)
{
    private const int PerKind = 12_500;
    private const int Seed = 20_261_121;

    [Fact]
    public async Task Sign_HundredThousandTamperedBundles_SignsNone()
    {
        using var scene = await SignerScene.CreateAsync();
        var former = scene.Spend(scene.Bundle(scene.Packet("former", scene.Transfer("b", People.Ether))), "b", 6);
        await AdvanceAsync(scene);
        var bundle = Bundle(scene);
        await scene.SignedAsync(scene.Spend(bundle, "a", 5));
        var valid = scene.Spend(bundle, "b", 6);
        var tampering = new Tampering(scene, valid, former);
        var facts = scene.Node.Service.Identity().Facts;
        output.WriteLine($"seed {Seed}");
        var signed = new ConcurrentQueue<string>();
        var said = new ConcurrentDictionary<(string Kind, string Outcome), int>();
        await Parallel.ForEachAsync(
            Tampering.Kinds.SelectMany(static kind => Enumerable.Range(0, PerKind / 100).Select(chunk => (Kind: kind, Chunk: chunk))),
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) },
            async (work, _) =>
            {
                var random = new Random(HashCode(Seed, work.Kind, work.Chunk));
                for (var i = 0; i < 100; i++)
                {
                    var body = tampering.Make(work.Kind, random);
                    var outcome = await TellAsync(scene, body);
                    said.AddOrUpdate((work.Kind, outcome), 1, static (_, count) => count + 1);
                    if (outcome == "signed") signed.Enqueue(Encoding.UTF8.GetString(body));
                }
            });
        foreach (var ((kind, outcome), count) in said.OrderBy(static entry => entry.Key.Kind).ThenByDescending(static entry => entry.Value))
            output.WriteLine($"{kind,-14} {outcome,-20} {count}");
        signed.Take(1).Should().BeEmpty("no member voted it");
        foreach (var kind in Tampering.Kinds) said.Where(entry => entry.Key.Kind == kind).Sum(static entry => entry.Value).Should().Be(PerKind);
        scene.Node.Service.Identity().Facts.Should().Be(facts, "nothing was learnt from an attack");
        await scene.SignedAsync(valid);
    }

    /// <summary>The refusal's code, or "signed"; an exception fails the test.</summary>
    private static async Task<string> TellAsync(SignerScene scene, byte[] body)
    {
        var (request, refusal) = JsonForm.Read(body, ContractJson.Default.SignRequest);
        if (request is null) return refusal!.Code.ToString();
        return await scene.SignAsync(request) is SignOutcome.Refused refused ? refused.Rejection.Code.ToString() : "signed";
    }

    /// <summary>The same in every process, unlike HashCode of a string.</summary>
    private static int HashCode(int seed, string kind, int chunk) => kind.Aggregate(seed + (chunk * 7919), static (hash, c) => unchecked((hash * 31) + c));

    private static PacketAuthorisation Bundle(SignerScene scene) =>
        scene.Bundle(scene.Packet("pay", scene.Transfer("a", People.Ether), scene.Transfer("b", People.Ether)));

    /// <summary>Policy 2, announced and past its time lock, and used once, so that the signer knows it.</summary>
    private static async Task AdvanceAsync(SignerScene scene)
    {
        var change = scene.Enact(new AccountChange.NewPolicy(People.StandardPolicy with { Version = 2 }), scene.Now + Span.Hours(24), People.Ana, People.Ben);
        await scene.Port.AnnounceAsync(new(scene.Genesis, [], change.Proposal, null, null, change.Votes), CancellationToken.None);
        scene.Clock.UnixMs += Span.Hours(24).Ms;
        scene.Lineage = [change];
        await scene.SignedAsync(scene.Spend(scene.Bundle(scene.Packet("advance", scene.Transfer("a", 1))), "a", 1000));
    }
}
