using TPWallet.Domain.Machines;
using TPWallet.Grains.Journal;

namespace TPWallet.Grains.Shell;

/// <summary>
/// Told when a grain shell crosses an effect boundary: the moments between which a process may die with an effect done and its record not, or the record
/// made and the effect not. Production has none; a crash test composes one that ends the process. Called on the grain's turn; it must not wait.
/// </summary>
/// <remarks>
/// Boundaries: <c>append.KIND.EVENT.before</c> (decided, handed to the journal next) and <c>.after</c> (durable, no answer and no effect has left), for
/// each event of a batch by its stored name; <c>effect.KIND.before</c> and <c>.after</c> (done in the world, its result not recorded), the kind of effect
/// in lower case, such as <c>effect.broadcast.after</c>.
/// </remarks>
public interface ICrossings
{
    void Cross(string boundary);
}

internal static class Crossings
{
    public static void CrossAppend(this ICrossings? crossings, string kind, IReadOnlyList<NewRow> rows, string side)
    {
        if (crossings is null) return;
        foreach (var row in rows) crossings.Cross($"append.{kind}.{row.Type}.{side}");
    }

    public static void CrossEffect(this ICrossings? crossings, Effect effect, string side) =>
        crossings?.Cross($"effect.{effect.GetType().Name.ToLowerInvariant()}.{side}");
}
