using System.Globalization;

namespace Fovea.Distributed;

/// <summary>
/// What the program that started this process among others (mpirun, srun) left in its environment: enough to share work that needs no talk. For work that does there is
/// <see cref="ProcessGroup.FromEnvironment"/>.
/// </summary>
/// <param name="Rank">This process's place among them.</param>
/// <param name="Ranks">How many they are.</param>
/// <param name="IsOpenMpi">Whether it was Open MPI's launcher; if not, one that speaks PMI, as those of MPICH, Intel MPI, MS-MPI and Slurm do.</param>
public sealed record LaunchedRanks(int Rank, int Ranks, bool IsOpenMpi)
{
    private static readonly (string Rank, string Ranks, bool IsOpenMpi)[] s_names =
    [
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", true),
        ("PMI_RANK", "PMI_SIZE", false),
        ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", false),
    ];

    /// <summary>Reads the environment; null when nobody started this process among others.</summary>
    /// <param name="read">Reads a variable; null for the process's own.</param>
    public static LaunchedRanks? Find(Func<string, string?>? read = null)
    {
        read ??= Environment.GetEnvironmentVariable;
        foreach ((string rank, string ranks, bool isOpenMpi) in s_names)
        {
            if (Number(read(rank)) is { } own && Number(read(ranks)) is { } all && own < all)
            {
                return new LaunchedRanks(own, all, isOpenMpi);
            }
        }

        return null;
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
