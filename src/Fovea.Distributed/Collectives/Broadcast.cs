namespace Fovea.Distributed.Collectives;

/// <summary>One rank's bytes to all others, along a binomial tree: log₂ R rounds, in each of which whoever has them gives them to one who has not.</summary>
internal static class Broadcast
{
    public static void Run(CollectiveSteps steps, Span<byte> values, int root)
    {
        const string what = "values are handed to all ranks";
        int place = (steps.Rank - root + steps.Ranks) % steps.Ranks;
        int distance = 1;
        for (; distance < steps.Ranks; distance *= 2)
        {
            if ((place & distance) != 0)
            {
                steps.Exchange(what, -1, default, Rank(place - distance), values);
                break;
            }
        }

        for (distance /= 2; distance > 0; distance /= 2)
        {
            if (place + distance < steps.Ranks)
            {
                steps.Exchange(what, Rank(place + distance), values, -1, default);
            }
        }

        int Rank(int of) => (of + root) % steps.Ranks;
    }
}
