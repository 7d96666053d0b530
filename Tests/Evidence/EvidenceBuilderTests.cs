using TPWallet.Domain.Accounts;
using TPWallet.Grains.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Evidence;

public sealed class EvidenceBuilderTests
{
    [Fact]
    public void ConsentIn_PaidBeforeItsRegistration_FindsTheDevicesProofs()
    {
        var leg = new LegRef(new(Story.Other, "early"), "a");
        var proofs = People.Prove(People.StandardGenesis, People.All);
        var journal = Story.Journal([
            Story.Row<AccountEvent>(1, new AccountEvent.TransferRefused(leg, new(RejectionCode.NotRegistered, "a", "b")), AccountJson.Default.AccountEvent),
            Story.Row<AccountEvent>(2, new AccountEvent.Registered(People.StandardGenesis) { Proofs = proofs }, AccountJson.Default.AccountEvent)]);
        EvidenceBuilder.ConsentIn(journal)!.Value.AsEnumerable().Should().Equal(proofs);
        EvidenceBuilder.ConsentIn(Story.Journal(journal.Rows[..1])).Should().BeNull("nobody has registered");
    }
}
