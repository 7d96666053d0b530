namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>One world from a seed, or from a list of actions; a list that fails is made shorter until each of its actions is needed.</summary>
internal static class ThreeRun
{
    /// <summary>Most runs of a failing list while it is made shorter.</summary>
    private const int MostTries = 600;

    internal static int[] ActionsOf(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next())];
    }

    internal static Manner MannerOf(int seed) => (Manner)(seed % 3);

    /// <summary>What went wrong; null: nothing.</summary>
    internal static string? Run(Manner manner, IReadOnlyList<int> actions, ThreeFigures figures, Action<string>? tell = null)
    {
        ThreeWorld? world = null;
        var done = 0;
        try
        {
            world = new ThreeWorld(manner, tell);
            foreach (var action in actions)
            {
                world.Do(action);
                world.Check();
                done++;
            }

            world.Heal();
            figures.Add(world.Figures);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            tell?.Invoke(e.ToString());
            return $"after {done} actions: {e.GetType().Name}: {e.Message}";
        }
    }

    /// <summary>Runs a seed, and says what failed with its shortest list of actions.</summary>
    internal static string? RunSeed(int seed, int count, ThreeFigures figures, bool shrinks = true)
    {
        var (manner, actions) = (MannerOf(seed), ActionsOf(seed, count));
        if (Run(manner, actions, figures) is not { } fault) return null;
        if (!shrinks) return $"seed {seed} ({manner}): {fault}";
        var shortest = Shrink(manner, actions);
        return $"seed {seed} ({manner}): {fault}\nshrunk to {shortest.Length} actions: {Run(manner, shortest, new())}\n[{string.Join(", ", shortest)}]";
    }

    private static int[] Shrink(Manner manner, int[] actions)
    {
        var tries = 0;
        for (var part = Math.Max(1, actions.Length / 2); part > 0 && tries < MostTries; part /= 2)
        {
            for (var at = 0; at < actions.Length && tries < MostTries;)
            {
                int[] shorter = [.. actions[..at], .. actions[Math.Min(actions.Length, at + part)..]];
                tries++;
                if (Run(manner, shorter, new()) is null) at += part;
                else actions = shorter;
            }
        }

        return actions;
    }
}
