namespace TPWallet.Tests.Domain.Channels;

/// <summary>Payments over two channels under loss, doubling, delay, death, freezes and secrets that come by the contract alone: bytes choose what happens, as in LDK's chanmon_consistency.</summary>
public sealed class ThreeWorldTests
{
    [Fact]
    public void Actions_ChosenAtRandom_CostWhoCarriesNothing()
    {
        var paid = 0;
        for (var seed = 1; seed <= 30; seed++)
        {
            var world = new ThreeWorld();
            var random = new Random(seed);
            try
            {
                for (var i = 0; i < 400; i++)
                {
                    world.Do(random.Next());
                    if (i % 8 == 0) world.Check();
                }

                world.Heal();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }

            paid += world.Paid;
        }

        paid.Should().BeGreaterThan(60, "most payments that a payee takes are carried");
    }
}
