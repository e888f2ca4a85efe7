namespace Fovea.Distributed.Tests;

/// <summary>What launchers leave in the environment.</summary>
public sealed class LaunchedRanksTests
{
    [Theory]
    [InlineData("OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4", 3, 4, true)]
    [InlineData("PMI_RANK=0 PMI_SIZE=2", 0, 2, false)]
    [InlineData("SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=8", 1, 8, false)]
    [InlineData("OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1", 1, 2, true)]
    public void Names_the_rank_and_whose_launcher_it_was(string environment, int rank, int ranks, bool isOpenMpi) =>
        Assert.Equal(new LaunchedRanks(rank, ranks, isOpenMpi), LaunchedRanks.Find(Reader(environment)));

    [Theory]
    [InlineData("")]
    [InlineData("PMI_RANK=0")]
    [InlineData("PMI_RANK=2 PMI_SIZE=2")]
    [InlineData("PMI_RANK=-1 PMI_SIZE=2")]
    [InlineData("PMI_RANK=one PMI_SIZE=two")]
    public void Is_nothing_without_a_launcher_or_with_words_that_are_no_rank(string environment) => Assert.Null(LaunchedRanks.Find(Reader(environment)));

    private static Func<string, string?> Reader(string environment)
    {
        Dictionary<string, string> values = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('=')).ToDictionary(w => w[0], w => w[1]);
        return name => values.GetValueOrDefault(name);
    }
}
