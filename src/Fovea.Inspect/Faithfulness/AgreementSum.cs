namespace Fovea.Inspect;

/// <summary>Adds up how alike methods order the pixels of pictures.</summary>
internal sealed class AgreementSum(int methods)
{
    private readonly double[,] _sums = new double[methods, methods];

    /// <summary>Takes the maps of a picture, of its pixels, one a method.</summary>
    public void Add(IReadOnlyList<ScalarMap> maps)
    {
        double[][] ranks = [.. maps.Select(static m => RankCorrelation.Ranks(m.Values))];
        for (int i = 0; i < methods; i++)
        {
            for (int j = i; j < methods; j++)
            {
                double correlation = i == j ? 1 : RankCorrelation.Pearson(ranks[i], ranks[j]);
                _sums[i, j] += correlation;
                _sums[j, i] = _sums[i, j];
            }
        }
    }

    /// <summary>The mean Spearman's ρ of every two methods.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Means(int pictures) =>
        [.. Enumerable.Range(0, methods).Select(i => (IReadOnlyList<double>)[.. Enumerable.Range(0, methods).Select(j => _sums[i, j] / pictures)])];
}
