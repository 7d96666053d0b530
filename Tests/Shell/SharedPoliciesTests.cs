using System.Text.Json;
using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Journal;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Shell;

/// <summary>Accounts that wake under equal policies hold one object; which object it is changes nothing that can be seen.</summary>
public sealed class SharedPoliciesTests
{
    [Fact]
    public async Task Accounts_ThatWake_HoldOnePolicyButTheirOwnGenesis()
    {
        var store = new MemoryStore { IsShared = true };
        Genesis[] founded = [Founded("one"), Founded("two")];
        await using (var silo = await SiloBench.StartAsync(store))
            foreach (var genesis in founded)
                (await silo.Tell(Canonical.AccountId(genesis), new AccountCommand.Register(Guid.NewGuid(), genesis, Prove(genesis, All)))).ShouldBeAccepted();
        await using var again = await SiloBench.StartAsync(store);
        var awake = new List<Genesis>();
        foreach (var genesis in founded) awake.Add((await again.LineageOf(Canonical.AccountId(genesis)))!.Genesis);
        awake[1].Policy.Should().BeSameAs(awake[0].Policy);
        awake.Select(Canonical.AccountId).Should().Equal(founded.Select(Canonical.AccountId));
    }

    [Fact]
    public void Snapshot_Read_HoldsTheSharedPolicyTwice()
    {
        var shared = SharedPolicies.Of(StandardPolicy);
        var genesis = Founded("stored");
        var state = AccountDecider.Evolve(
            AccountDecider.Empty(Canonical.AccountId(genesis).ToString()), new AccountEvent.Registered(genesis), new Instant(1));
        var text = JsonSerializer.SerializeToUtf8Bytes(state, AccountJson.Default.AccountState);
        var read = JsonSerializer.Deserialize<AccountState>(text, SharedPolicies.Reading(AccountJson.Default));
        var governance = ((AccountState.Open)read!).Governance;
        governance.Policy.Should().BeSameAs(shared).And.BeSameAs(governance.Genesis.Policy);
        JsonSerializer.SerializeToUtf8Bytes(read, AccountJson.Default.AccountState).Should().Equal(text);
    }

    [Fact]
    public void OtherPolicy_IsNotShared() =>
        SharedPolicies.Of(StandardPolicy with { ProposerVotes = !StandardPolicy.ProposerVotes }).Should().NotBeSameAs(SharedPolicies.Of(StandardPolicy));

    [Fact]
    public void ManyPolicies_AreForgotten_ThoseInUseAreNot()
    {
        const int often = 1000;
        var (used, unused) = (Numbered(-1), Numbered(-2));
        SharedPolicies.Of(used).Should().BeSameAs(used);
        SharedPolicies.Of(unused).Should().BeSameAs(unused);
        for (var i = 0; i < 2 * SharedPolicies.MaxPerGeneration; i++)
        {
            SharedPolicies.Of(Numbered(i));
            if (i % often == 0) SharedPolicies.Of(Numbered(-1)).Should().BeSameAs(used);
        }

        var later = Numbered(-2);
        SharedPolicies.Of(later).Should().BeSameAs(later).And.NotBeSameAs(unused);
        GC.KeepAlive(unused);
    }

    private static Genesis Founded(string nonce) => GenesisOf(StandardPolicy, All, nonce);

    private static Policy Numbered(int version) => StandardPolicy with { Version = version };
}
