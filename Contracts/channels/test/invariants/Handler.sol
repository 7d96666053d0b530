// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ChannelManager} from "../../src/ChannelManager.sol";
import {Channel, Claim, Lock, LockKind, Side, Signature, State} from "../../src/ChannelTypes.sol";
import {Tree} from "../Tree.sol";
import {VM} from "../IVm.sol";
import {PlainToken} from "../tokens/PlainToken.sol";

/// @notice Two keys with up to three channels in two tokens, who do all that can be done, in any order. Whoever closes does it with any state there
/// ever was; the other, or its tower, challenges with the newest before the window ends, however late. Beside the contract stands a ledger that
/// knows only what the newest state gives.
contract Handler {
    using SafeCast for uint256;

    uint256 private constant CHANNELS = 3;
    uint256 private constant SECRETS = 6;
    address private constant PAYEE = address(0xBEEF);

    /// @dev A signed state with what its trees hold.
    struct Signed {
        State state;
        Lock[] locksA;
        Lock[] locksB;
    }

    /// @dev What the model knows of a channel.
    struct Model {
        Channel facts;
        uint256 depositedA;
        uint256 depositedB;
        uint256 withdrawnA;
        uint256 withdrawnB;
        uint128 promisedA;
        uint128 promisedB;
        uint256 closing;
        bool isClosing;
        bool settled;
        bool gone;
        uint64 paidA;
        uint64 paidB;
    }

    ChannelManager public immutable MANAGER;
    PlainToken[2] public tokens;
    address public immutable A;
    address public immutable B;
    uint256 private immutable KEY_A;
    uint256 private immutable KEY_B;

    Model[] private _models;
    mapping(uint256 channel => Signed[] states) private _states;
    mapping(address party => mapping(address token => uint256 given)) public given;
    mapping(address party => mapping(address token => uint256 pulled)) public pulled;
    mapping(uint256 secret => uint256 time) private _revealed;

    /// @notice How often each thing was done: an invariant over nothing proves nothing.
    mapping(string what => uint256 times) public done;

    constructor(ChannelManager manager, PlainToken one, PlainToken two, uint256 keyA, uint256 keyB) {
        (MANAGER, KEY_A, KEY_B, A, B) = (manager, keyA, keyB, VM.addr(keyA), VM.addr(keyB));
        tokens = [one, two];
        for (uint256 i = 0; i < 2; ++i) {
            tokens[i].mint(address(this), 1e24);
            tokens[i].approve(address(manager), type(uint256).max);
        }
        open(0, false, 1e18);
    }

    // ---- what may happen

    function open(uint256 which, bool byB, uint120 amount) public {
        if (_models.length == CHANNELS) return;
        amount = 1 + amount % 1e18;
        PlainToken token = tokens[which % 2];
        (address self, address peer) = byB ? (B, A) : (A, B);
        MANAGER.open(self, peer, address(token), amount);
        Model storage model = _models.push();
        model.facts = Channel({a: A, b: B, token: address(token), counter: MANAGER.opened()});
        if (byB) model.depositedB = amount;
        else model.depositedA = amount;
        // Number 0 of each channel: the state before any.
        _states[_models.length - 1].push();
        ++done["open"];
    }

    function topUp(uint256 which, bool byB, uint120 amount) external {
        (Model storage model,, bool there) = _pick(which);
        if (!there || model.isClosing) return;
        amount = 1 + amount % 1e18;
        MANAGER.topUp(model.facts, byB ? B : A, amount);
        if (byB) model.depositedB += amount;
        else model.depositedA += amount;
        ++done["topUp"];
    }

    /// @notice Both sign a new state: any split of all there is, with up to two locks each way.
    function update(uint256 which, uint256 split, uint256 locks) external {
        (Model storage model, uint256 index, bool there) = _pick(which);
        if (!there || model.isClosing || _states[index].length > 6) return;
        Signed storage signed = _states[index].push();
        State storage state = signed.state;
        state.nonce = (_states[index].length - 1).toUint64();
        (state.depositedA, state.depositedB) = (model.depositedA, model.depositedB);
        (state.withdrawnA, state.withdrawnB) = (model.promisedA, model.promisedB);
        uint256 all = model.depositedA + model.depositedB - model.promisedA - model.promisedB;
        (state.balanceA, state.balanceB) = (split % (all + 1), all - split % (all + 1));
        (state.trimmedA, state.trimmedB) = (_least(state.balanceA, locks % 20), _least(state.balanceB, locks / 20 % 20));
        (state.balanceA, state.balanceB) = (state.balanceA - state.trimmedA, state.balanceB - state.trimmedB);
        for (uint256 i = 0; i < (locks >> 32) % 3; ++i) {
            _offer(signed, true, i.toUint8(), locks >> (40 + 16 * i));
        }
        for (uint256 i = 0; i < (locks >> 96) % 3; ++i) {
            _offer(signed, false, i.toUint8(), locks >> (104 + 16 * i));
        }
        (state.locksA, state.locksB) = (_root(signed.locksA), _root(signed.locksB));
        ++done["update"];
    }

    /// @notice Both sign a withdrawal out of what a party has by the newest state. It may be made later or never.
    function signWithdrawal(uint256 which, bool byB, uint128 amount) external {
        (Model storage model, uint256 index, bool there) = _pick(which);
        if (!there || model.isClosing) return;
        State storage newest = _states[index][_states[index].length - 1].state;
        uint256 free = byB
            ? newest.balanceB + model.depositedB - newest.depositedB + newest.withdrawnB - model.promisedB
            : newest.balanceA + model.depositedA - newest.depositedA + newest.withdrawnA - model.promisedA;
        // A channel keeps something.
        uint256 all = model.depositedA + model.depositedB - model.promisedA - model.promisedB;
        if (free == all) --free;
        if (free == 0) return;
        amount = (1 + amount % free).toUint128();
        if (byB) model.promisedB += amount;
        else model.promisedA += amount;
        ++done["signWithdrawal"];
    }

    function withdraw(uint256 which, bool byB) external {
        (Model storage model,, bool there) = _pick(which);
        if (!there || model.isClosing) return;
        (uint128 total, uint256 known) = byB ? (model.promisedB, model.withdrawnB) : (model.promisedA, model.withdrawnA);
        if (total == known) return;
        bytes32 digest = MANAGER.withdrawalDigest(_id(model), byB ? B : A, total, type(uint64).max);
        MANAGER.withdraw(model.facts, byB ? B : A, total, type(uint64).max, _sign(KEY_A, digest), _sign(KEY_B, digest));
        if (byB) model.withdrawnB = total;
        else model.withdrawnA = total;
        given[byB ? B : A][model.facts.token] += total - known;
        ++done["withdraw"];
    }

    /// @notice Either closes, with any state there ever was. An old one by which somebody has withdrawn too much is refused.
    function close(uint256 which, bool byB, uint256 old) external {
        (Model storage model, uint256 index, bool there) = _pick(which);
        if (!there || model.isClosing) return;
        uint256 number = old % _states[index].length;
        State memory state = _states[index][number].state;
        Signature memory peer = _sign(byB ? KEY_A : KEY_B, MANAGER.stateDigest(_id(model), state));
        VM.prank(byB ? B : A);
        try MANAGER.close(model.facts, state, byB ? Side.B : Side.A, 0, peer, peer) {
            (model.isClosing, model.closing) = (true, number);
            ++done["close"];
        } catch (bytes memory refusal) {
            VM.assertTrue(_selector(refusal) == ChannelManager.Outspent.selector, "only an outspent state is refused");
            VM.assertTrue(number + 1 < _states[index].length, "the newest state is never outspent");
            ++done["outspent"];
        }
    }

    /// @notice Anybody challenges, with any state: taken if and only if its nonce is higher (or it is outspent).
    function challenge(uint256 which, uint256 number) external {
        (Model storage model, uint256 index, bool there) = _pick(which);
        if (!there || !model.isClosing || model.settled) return;
        _challenge(model, index, number % _states[index].length);
    }

    function settle(uint256 which, uint256 late) external {
        (Model storage model, uint256 index, bool there) = _pick(which);
        if (!there || !model.isClosing || model.settled) return;
        ChannelManager.Record memory record = MANAGER.records(_id(model));
        uint256 newest = _states[index].length - 1;
        if (model.closing != newest) {
            // The honest side acts at last, at the latest in the last second.
            _pass(record.closesAt - 1 - late % (record.closesAt - block.timestamp));
            if (model.closing != newest) _challenge(model, index, newest);
            record = MANAGER.records(_id(model));
        }
        VM.assertTrue(record.closesAt <= record.limit, "more than two windows");
        _pass(record.closesAt);
        Signed storage signed = _states[index][newest];
        MANAGER.settle(model.facts, signed.state);
        model.settled = true;
        State storage state = signed.state;
        address token = model.facts.token;
        given[A][token] += state.balanceA + state.trimmedA + model.depositedA - state.depositedA + state.withdrawnA - model.withdrawnA;
        given[B][token] += state.balanceB + state.trimmedB + model.depositedB - state.depositedB + state.withdrawnB - model.withdrawnB;
        model.gone = state.lockedA == 0 && state.lockedB == 0;
        ++done["settle"];
    }

    function closeTogether(uint256 which, uint256 split) external {
        (Model storage model,, bool there) = _pick(which);
        if (!there || model.settled) return;
        uint256 all = model.depositedA + model.depositedB - model.withdrawnA - model.withdrawnB;
        State memory state;
        state.nonce = type(uint64).max;
        (state.depositedA, state.depositedB) = (model.depositedA, model.depositedB);
        (state.withdrawnA, state.withdrawnB) = (model.withdrawnA, model.withdrawnB);
        (state.balanceA, state.balanceB) = (split % (all + 1), all - split % (all + 1));
        bytes32 digest = MANAGER.stateDigest(_id(model), state);
        MANAGER.closeTogether(model.facts, state, _sign(KEY_A, digest), _sign(KEY_B, digest));
        (model.settled, model.gone) = (true, true);
        given[A][model.facts.token] += state.balanceA;
        given[B][model.facts.token] += state.balanceB;
        ++done["closeTogether"];
    }

    function register(uint256 secret) external {
        bytes32[] memory preimages = new bytes32[](1);
        preimages[0] = _secret(secret %= SECRETS);
        uint256[] memory scalars = new uint256[](1);
        scalars[0] = uint256(_secret(secret));
        MANAGER.registerPreimages(preimages);
        MANAGER.registerScalars(scalars);
        if (_revealed[secret] == 0) _revealed[secret] = block.timestamp;
        ++done["register"];
    }

    /// @notice Resolves one lock, if it is decided; an undecided one is refused.
    function resolve(uint256 which, bool ofB, uint256 place) external {
        (Model storage model, uint256 index, bool there) = _pick(which);
        if (!there || !model.settled) return;
        Signed storage signed = _states[index][_states[index].length - 1];
        Lock[] storage locks = ofB ? signed.locksB : signed.locksA;
        if (locks.length == 0) return;
        place %= locks.length;
        Lock memory lock = locks[place];
        Claim[] memory claims = new Claim[](1);
        claims[0] = Claim({offerer: ofB ? Side.B : Side.A, lock: lock, proof: Tree.proof(_leaves(locks), place)});
        bool known = ((ofB ? model.paidB : model.paidA) >> place) & 1 == 1;
        uint256 time = _revealed[_secretOf(lock)];
        bool paid = time != 0 && time <= lock.expiry;
        try MANAGER.resolve(model.facts, signed.state, claims) {
            VM.assertTrue(known || paid || block.timestamp > lock.expiry, "resolved too early");
            if (known) return;
            if (ofB) model.paidB |= (2 ** place).toUint64();
            else model.paidA |= (2 ** place).toUint64();
            given[paid == ofB ? A : B][model.facts.token] += lock.amount;
            model.gone = model.paidA == 2 ** signed.locksA.length - 1 && model.paidB == 2 ** signed.locksB.length - 1;
            ++done[paid ? "paid" : "returned"];
        } catch (bytes memory refusal) {
            VM.assertTrue(_selector(refusal) == ChannelManager.LockPending.selector, "refused for another reason");
            VM.assertTrue(!paid && block.timestamp <= lock.expiry, "a decided lock is refused");
        }
    }

    function pull(uint256 which, bool byB, uint128 amount) external {
        address party = byB ? B : A;
        address token = address(tokens[which % 2]);
        (uint128 credit,) = MANAGER.accounts(party, token);
        if (credit == 0) return;
        amount = 1 + amount % credit;
        Signature memory none;
        VM.prank(party);
        MANAGER.pull(party, token, PAYEE, amount, 0, none);
        pulled[party][token] += amount;
        ++done["pull"];
    }

    function wait(uint256 time) external {
        _pass(block.timestamp + time % 6 hours);
    }

    // ---- what must hold, with what the model says

    /// @notice What the channels of a token hold by the model.
    function held(address token) external view returns (uint256 sum) {
        for (uint256 i = 0; i < _models.length; ++i) {
            Model storage model = _models[i];
            if (model.facts.token != token || model.gone) continue;
            if (!model.settled) {
                sum += model.depositedA + model.depositedB - model.withdrawnA - model.withdrawnB;
                continue;
            }
            Signed storage signed = _states[i][_states[i].length - 1];
            for (uint256 j = 0; j < signed.locksA.length; ++j) {
                if ((model.paidA >> j) & 1 == 0) sum += signed.locksA[j].amount;
            }
            for (uint256 j = 0; j < signed.locksB.length; ++j) {
                if ((model.paidB >> j) & 1 == 0) sum += signed.locksB[j].amount;
            }
        }
    }

    /// @notice Whether the record of each channel that is gone by the model is gone.
    function checkGone() external view {
        for (uint256 i = 0; i < _models.length; ++i) {
            ChannelManager.Record memory record = MANAGER.records(_id(_models[i]));
            VM.assertTrue(_models[i].gone == (record.fundsA == 0 && record.fundsB == 0), "gone");
        }
    }

    // ---- helpers

    /// @notice Time goes on; whoever would be robbed by it acts before.
    function _pass(uint256 time) private {
        for (uint256 i = 0; i < _models.length; ++i) {
            Model storage model = _models[i];
            uint256 newest = _states[i].length - 1;
            if (!model.isClosing || model.settled || model.closing == newest) continue;
            if (time >= MANAGER.records(_id(model)).closesAt) _challenge(model, i, newest);
        }
        if (time > block.timestamp) VM.warp(time);
    }

    function _challenge(Model storage model, uint256 index, uint256 number) private {
        State memory state = _states[index][number].state;
        bytes32 digest = MANAGER.stateDigest(_id(model), state);
        ChannelManager.Record memory record = MANAGER.records(_id(model));
        try MANAGER.challenge(model.facts, state, _sign(KEY_A, digest), _sign(KEY_B, digest)) {
            VM.assertTrue(number > model.closing && block.timestamp < record.closesAt, "an old state won");
            model.closing = number;
            ++done["challenge"];
        } catch (bytes memory refusal) {
            bool outspent = _selector(refusal) == ChannelManager.Outspent.selector && number + 1 < _states[index].length;
            VM.assertTrue(outspent || number <= model.closing || block.timestamp >= record.closesAt, "a newer state was refused");
            ++done["stale"];
        }
    }

    function _offer(Signed storage signed, bool byA, uint8 index, uint256 seed) private {
        State storage state = signed.state;
        uint256 free = byA ? state.balanceA : state.balanceB;
        if (free < 5) return;
        Lock memory lock;
        // From the floor of 5 up.
        (lock.index, lock.amount) = (index, (5 + seed % (free - 4)).toUint128());
        lock.expiry = (block.timestamp + (seed >> 8) % 4 days).toUint64();
        bytes32 secret = _secret(seed % SECRETS);
        lock.kind = seed & 64 == 0 ? LockKind.Hash : LockKind.Point;
        lock.target = lock.kind == LockKind.Hash ? sha256(abi.encode(secret)) : bytes32(uint256(uint160(VM.addr(uint256(secret)))));
        if (byA) {
            (state.balanceA, state.lockedA) = (state.balanceA - lock.amount, state.lockedA + lock.amount);
            signed.locksA.push(lock);
        } else {
            (state.balanceB, state.lockedB) = (state.balanceB - lock.amount, state.lockedB + lock.amount);
            signed.locksB.push(lock);
        }
    }

    function _pick(uint256 which) private view returns (Model storage model, uint256 index, bool there) {
        index = which % _models.length;
        model = _models[index];
        there = !model.gone;
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (Signature memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest);
        return Signature({r: r, vs: bytes32(uint256(s) | (uint256(v - 27) << 255))});
    }

    function _id(Model storage model) private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, MANAGER, model.facts));
    }

    function _root(Lock[] storage locks) private view returns (bytes32) {
        return Tree.root(_leaves(locks));
    }

    function _leaves(Lock[] storage locks) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](locks.length);
        for (uint256 i = 0; i < locks.length; ++i) {
            leaves[i] = MANAGER.lockLeaf(locks[i]);
        }
    }

    function _selector(bytes memory refusal) private pure returns (bytes4 selector) {
        assembly ("memory-safe") {
            selector := mload(add(refusal, 32))
        }
    }

    function _secret(uint256 secret) private pure returns (bytes32) {
        return bytes32(0x5EC2E7 + secret);
    }

    function _secretOf(Lock memory lock) private pure returns (uint256 secret) {
        for (secret = 0; secret < SECRETS; ++secret) {
            bytes32 value = _secret(secret);
            if (lock.target == sha256(abi.encode(value)) || lock.target == bytes32(uint256(uint160(VM.addr(uint256(value)))))) {
                return secret;
            }
        }
    }

    function _least(uint256 one, uint256 two) private pure returns (uint256) {
        return one < two ? one : two;
    }
}
