namespace Fovea.Simd.Sweeps;

// What a body reads and what it sums, by the axes of maps [n, c, h, w]: an operand has a number for each place on its axes, a sum one for
// each place on those that are left.

/// <summary>Reads X, the map: [n, c, h, w].</summary>
internal interface IReadsX : ISweepBody;

/// <summary>Reads G, a second map, in the backward pass the result's gradient: [n, c, h, w].</summary>
internal interface IReadsG : ISweepBody;

/// <summary>Reads A, a factor for each plane: [n, c]. Where there is none it is 1.</summary>
internal interface IReadsA : ISweepBody;

/// <summary>Reads B, a number for each plane: [n, c]. Where there is none it is −0, which added to anything changes no bit of it.</summary>
internal interface IReadsB : ISweepBody;

/// <summary>Reads C, as B.</summary>
internal interface IReadsC : ISweepBody;

/// <summary>Reads W, a number for each channel, the same for all images: [c]. Where there is none it is −0.</summary>
internal interface IReadsW : ISweepBody;

/// <summary>Reads P, a number for each position: [n, h, w].</summary>
internal interface IReadsP : ISweepBody;

/// <summary>Reads Q, as P.</summary>
internal interface IReadsQ : ISweepBody;

/// <summary>Reads R, as P.</summary>
internal interface IReadsR : ISweepBody;

/// <summary>Reads S, as P.</summary>
internal interface IReadsS : ISweepBody;

/// <summary>Reads Row, a number for each row of each plane: [n, c, h].</summary>
internal interface IReadsRow : ISweepBody;

/// <summary>Reads Column, a number for each column of each plane: [n, c, w].</summary>
internal interface IReadsColumn : ISweepBody;

/// <summary>Reads Index, the channel's number itself.</summary>
internal interface IReadsIndex : ISweepBody;

/// <summary>Sums anything.</summary>
internal interface ISums : ISweepBody;

/// <summary>Sums to Plane, over the positions: [n, c].</summary>
internal interface ISumsPlanes : ISums;

/// <summary>Sums to PlaneToo, a second sum over the positions: [n, c].</summary>
internal interface ISumsPlanesToo : ISums;

/// <summary>Takes the maximum over the positions to PlaneTop: [n, c].</summary>
internal interface ISumsPlaneTops : ISums;

/// <summary>Sums to Position, over the channels: [n, h, w].</summary>
internal interface ISumsPositions : ISums;

/// <summary>Takes the maximum over the channels to PositionTop: [n, h, w].</summary>
internal interface ISumsPositionTops : ISums;

/// <summary>Takes the first channel that has the maximum to Place: [n, h, w]; together with PositionTop.</summary>
internal interface ISumsPlaces : ISums;

/// <summary>Sums to Row, over each row: [n, c, h].</summary>
internal interface ISumsRows : ISums;

/// <summary>Sums to Column, over each column: [n, c, w].</summary>
internal interface ISumsColumns : ISums;
